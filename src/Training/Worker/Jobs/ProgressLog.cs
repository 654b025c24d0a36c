using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Training.Jobs;

/// <summary>Where a job stands. The names stand in progress files: append only.</summary>
public enum JobState
{
    Running, Paused, Cancelled, Succeeded, Failed,
}

/// <summary>One line of progress.jsonl; what does not apply is left out. Of two metrics lines with one step the later holds: a job that goes on repeats what was not yet kept.</summary>
/// <param name="Type">metrics, message, state or phase.</param>
/// <param name="At">UTC.</param>
public sealed record ProgressLine(string Type, DateTimeOffset At)
{
    /// <summary>Steps that are behind.</summary>
    public int? Step { get; init; }

    /// <summary>All steps.</summary>
    public int? Steps { get; init; }

    /// <summary>From 0, with its part.</summary>
    public double? Epoch { get; init; }

    public double? TrainLoss { get; init; }

    public double? ValidLoss { get; init; }

    public double? LearningRate { get; init; }

    public double? GradNorm { get; init; }

    public double? LossScale { get; init; }

    public double? TokensPerSecond { get; init; }

    /// <summary>Of an evaluation of pairs: the mean of β · margin.</summary>
    public double? RewardMargin { get; init; }

    /// <summary>Of an evaluation of pairs: the share whose chosen answer is preferred more than by the base.</summary>
    public double? PreferenceAccuracy { get; init; }

    /// <summary>Since the job began.</summary>
    public long? TrainedTokens { get; init; }

    /// <summary>Of a message: info, warn or error.</summary>
    public string? Level { get; init; }

    public string? Message { get; init; }

    /// <summary>What the message says, for whoever says it in another language; null where that is not told.</summary>
    public string? Code { get; init; }

    /// <summary>What stands in the message, in its order.</summary>
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>Ids of the rows that a message is about.</summary>
    public IReadOnlyList<string>? Rows { get; init; }

    public JobState? State { get; init; }

    /// <summary>What is done before the first step: evaluating (the base); after the last: comparing (the held-out rows), exporting.</summary>
    public string? Phase { get; init; }

    /// <summary>Why a job failed.</summary>
    public TrainingFault? Fault { get; init; }
}

/// <summary>Appends to progress.jsonl, a whole line at a time, so that a follower never reads half of one that stays.</summary>
internal sealed class ProgressLog : IDisposable
{
    private const int TailBytes = 1 << 16;
    private readonly FileStream file;
    private readonly TimeProvider time;

    internal ProgressLog(string path, TimeProvider time)
    {
        this.time = time;
        file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        file.SetLength(EndOfLines(file)); // a killed worker may have left half a line
        file.Seek(0, SeekOrigin.End);
    }

    /// <summary>The last numbers, of this run or one before; null where there are none, or too much was said since.</summary>
    internal ProgressLine? LastNumbers
    {
        get
        {
            var tail = new byte[Math.Min(file.Length, TailBytes)];
            RandomAccess.Read(file.SafeFileHandle, tail, file.Length - tail.Length);
            var lines = Encoding.UTF8.GetString(tail).Split('\n');
            return lines.Skip(tail.Length < file.Length ? 1 : 0).Reverse().Select(Read).FirstOrDefault(line => line?.Type == "metrics");
        }
    }

    /// <summary>Null for a line that is damaged, as a power cut leaves it: what it said was for others.</summary>
    private static ProgressLine? Read(string line)
    {
        try
        {
            return line.Length > 0 ? JsonSerializer.Deserialize(line, ProgressJson.Default.ProgressLine) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal void Metrics(Func<ProgressLine, ProgressLine> fill) => Append(fill(new ProgressLine("metrics", time.GetUtcNow())));

    internal void Message(string level, int step, string message, IReadOnlyList<string>? rows = null) => Append(new ProgressLine("message", time.GetUtcNow()) { Level = level, Step = step, Message = message, Rows = rows });

    internal void Phase(string phase, int step) => Append(new ProgressLine("phase", time.GetUtcNow()) { Phase = phase, Step = step });

    /// <param name="code">What it says, for another language.</param>
    internal void Message(string level, int step, string code, FormattableString message, IReadOnlyList<string>? rows = null) =>
        Append(new ProgressLine("message", time.GetUtcNow()) { Level = level, Step = step, Message = message.ToString(CultureInfo.InvariantCulture), Code = code, Values = ValuesOf(message), Rows = rows });

    internal void State(JobState state, string? message = null, TrainingFault? fault = null) => Append(new ProgressLine("state", time.GetUtcNow()) { State = state, Message = message, Fault = fault });

    internal void State(JobState state, FormattableString message) => Append(new ProgressLine("state", time.GetUtcNow()) { State = state, Message = message.ToString(CultureInfo.InvariantCulture), Values = ValuesOf(message) });

    private static IReadOnlyList<string> ValuesOf(FormattableString message) =>
        [.. message.GetArguments().Select(value => value is double number ? number.ToString("G4", CultureInfo.InvariantCulture) : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")];

    private void Append(ProgressLine line)
    {
        file.Write([.. JsonSerializer.SerializeToUtf8Bytes(line, ProgressJson.Default.ProgressLine), (byte)'\n']);
        file.Flush();
    }

    private static long EndOfLines(FileStream file)
    {
        for (var at = file.Length; at > 0; at--)
        {
            file.Position = at - 1;
            if (file.ReadByte() == '\n') { return at; }
        }
        return 0;
    }

    public void Dispose() => file.Dispose();
}

/// <summary>Writes the names of an enum as those of properties are written.</summary>
internal sealed class SnakeCase<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower)
    where T : struct, Enum;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(SnakeCase<JobState>), typeof(SnakeCase<TrainingFault>)], DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(ProgressLine))]
internal sealed partial class ProgressJson : JsonSerializerContext;
