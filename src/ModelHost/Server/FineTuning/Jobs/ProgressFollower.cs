using System.Globalization;
using System.Text.Json;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>Takes what the trainer wrote since the last time into the job's events and its progress.</summary>
internal sealed class ProgressFollower(TuningJob job, TimeProvider time)
{
    private const int LongestLine = 1 << 20;
    private const int MostAtOnce = 16 * LongestLine;
    private long _at = job.Events.Read;
    private bool _isTooLong;

    /// <summary>The last state that was told since this follows; null before that.</summary>
    public TrainerLine? State { get; private set; }

    /// <summary>Reads every whole line that is new.</summary>
    public void Take()
    {
        if (JobFiles.Size(job.Folder.Progress) <= _at)
        {
            return;
        }

        using var file = new FileStream(job.Folder.Progress, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var (bytes, most) = (new byte[Math.Min(file.Length - _at, LongestLine)], Math.Min(file.Length, _at + MostAtOnce));
        for (var before = -1L; before != _at && _at < most;)
        {
            (before, file.Position) = (_at, _at);
            Take(bytes.AsSpan(0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)));
        }
    }

    /// <summary>Takes the whole lines of a piece. What fills it and has no end is passed over: the line is too long.</summary>
    private void Take(ReadOnlySpan<byte> piece)
    {
        var left = piece;
        for (int end; (end = left.IndexOf((byte)'\n')) >= 0; left = left[(end + 1)..])
        {
            _at += end + 1;
            Take((_isTooLong ? null : Read(left[..end])) ?? new TrainerLine { Type = "message", Level = "warn", Message = "A line of the trainer's progress is damaged and was passed over.", At = time.GetUtcNow() });
            _isTooLong = false;
        }

        if (left.Length == LongestLine)
        {
            (_at, _isTooLong) = (_at + left.Length, true);
        }
    }

    private static TrainerLine? Read(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, EventJson.Default.TrainerLine);
        }
        catch (JsonException)
        {
            return null; // it would be met again at the same place by every try
        }
    }

    private void Take(TrainerLine line)
    {
        var at = line.At.ToUnixTimeMilliseconds();
        switch (line.Type)
        {
            case "metrics":
                var metrics = Metrics(line);
                job.Progressed(progress => progress.With(metrics), line.At);
                job.Phase(null);
                job.Add(new TuningEvent(0, at, "info", Sentence(line), "metrics") { Data = metrics, Read = _at });
                break;
            case "message":
                job.Add(new TuningEvent(0, at, line.Level ?? "info", line.Message ?? "", "message") { Rows = line.Rows, Read = _at, Code = line.Code, Values = line.Values });
                break;
            case "phase":
                job.Phase(line.Phase switch { "evaluating" => JobReason.Evaluating, "comparing" => JobReason.Comparing, "exporting" => JobReason.Exporting, _ => null });
                break;
            default:
                job.Phase(null);
                State = line;
                job.Add(new TuningEvent(0, at, line.State == "failed" ? "error" : "info", line.State == "succeeded" ? "The adapter is trained and confirmed." : line.Message ?? "The trainer runs.", "message") { Read = _at, Code = StateCode(line), Values = line.Values });
                break;
        }
    }

    // A state with values says after which step of how many it came.
    private static string? StateCode(TrainerLine line) => line.State switch
    {
        "running" => "trainer_runs",
        "succeeded" => "trained",
        "paused" or "cancelled" => line.Values is { Count: 2 } ? $"{line.State}_after" : line.State,
        _ => null,
    };

    private static TuningMetrics Metrics(TrainerLine line) => new()
    {
        Step = line.Step ?? 0, TotalSteps = line.Steps, Epoch = line.Epoch, TrainLoss = line.TrainLoss, ValidLoss = line.ValidLoss, LearningRate = line.LearningRate, GradNorm = line.GradNorm,
        TokensPerSecond = line.TokensPerSecond, TrainedTokens = line.TrainedTokens, RewardMargin = line.RewardMargin, PreferenceAccuracy = line.PreferenceAccuracy,
    };

    private static string Sentence(TrainerLine line) => string.Create(CultureInfo.InvariantCulture,
        $"Step {line.Step}/{line.Steps}{(line.TrainLoss is { } train ? $": training loss={train:0.0000}" : "")}{(line.ValidLoss is { } valid ? $"{(line.TrainLoss is null ? ":" : ",")} validation loss={valid:0.0000}" : "")}");
}
