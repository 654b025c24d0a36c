using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>Why a job waits, or what is done for it where no step is taken: a code and what stands in its sentence, so that whoever shows it can say it in another language. Stored.</summary>
/// <param name="Code">Empty for a job of before, whose sentence was stored.</param>
/// <param name="Values">In the order of the sentence.</param>
[JsonConverter(typeof(StoredReason))]
internal sealed record JobReason(string Code, params IReadOnlyList<string> Values)
{
    public static JobReason Requests { get; } = new("requests");
    public static JobReason Pausing { get; } = new("pausing");
    public static JobReason Stopping { get; } = new("stopping");
    public static JobReason Evaluating { get; } = new("evaluating");
    public static JobReason Comparing { get; } = new("comparing");
    public static JobReason Exporting { get; } = new("exporting");
    public static JobReason Measuring { get; } = new("measuring");
    public static JobReason AnotherJob { get; } = new("another_job");
    public static JobReason NoRunner { get; } = new("no_runner");
    public static JobReason TrainerEnds { get; } = new("trainer_ends");
    public static JobReason Restarted { get; } = new("restarted");
    public static JobReason Unreadable { get; } = new("files_unreadable");

    public static JobReason Hours(string window, string zone) => new("hours", window, zone);

    /// <param name="said">What the engine says of its memory.</param>
    public static JobReason Memory(long bytes, string said) => new("memory", (bytes >> 20).ToString(CultureInfo.InvariantCulture), said);

    /// <param name="said">What the engine says of its memory.</param>
    public static JobReason BaseMemory(string model, string said) => new("base_memory", model, said);

    /// <param name="said">Why it cannot be looked at.</param>
    public static JobReason Refused(string said) => new("refused", said);

    /// <summary>In English. Of codes that have none of their own, what was said by whoever refused.</summary>
    public string Sentence => Code switch
    {
        "requests" => "Waits while requests run.",
        "pausing" => "Pauses as soon as the rows in hand are computed.",
        "stopping" => "Ends with what it learned so far as soon as this step and its evaluation are done.",
        "comparing" => "All steps are done; the held-out rows are compared with the base's.",
        "exporting" => "All steps are done; the adapter is written and tried.",
        "measuring" => "The adapter is there; what it answers, and what it may have forgotten, is measured.",
        "another_job" => "Another job is training; one waits for the other.",
        "hours" when Values is [var window, var zone] => $"Waits for its hours, {window} ({zone}).",
        "no_runner" => "Waits for a runner: start one (docker compose --profile train up).",
        "trainer_ends" => "The trainer of the service that ran before still writes its checkpoint.",
        "restarted" => "The service was started anew; the job goes on from its last checkpoint.",
        "files_unreadable" => "The job's files cannot be read.",
        "evaluating" => "The base is evaluated on the held-out rows, before the first step.",
        _ => Values is [.., var said] ? said : Code, // a record of elsewhere may have none
    };

    public bool Equals(JobReason? other) => other is not null && Code == other.Code && Values.SequenceEqual(other.Values);

    public override int GetHashCode() => HashCode.Combine(Code, Values.Count);
}

/// <summary>A list: the code, then the values. A record of before has a sentence in its place.</summary>
internal sealed class StoredReason : JsonConverter<JobReason>
{
    public override JobReason? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return new JobReason("", reader.GetString()!);
        }

        var words = new List<string>();
        for (var isList = reader.TokenType == JsonTokenType.StartArray; isList && reader.Read() && reader.TokenType == JsonTokenType.String;)
        {
            words.Add(reader.GetString()!);
        }

        return words is [var code, .. var values] && reader.TokenType == JsonTokenType.EndArray ? new JobReason(code, values) : throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, JobReason value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var word in value.Values.Prepend(value.Code))
        {
            writer.WriteStringValue(word);
        }

        writer.WriteEndArray();
    }
}
