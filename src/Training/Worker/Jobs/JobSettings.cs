using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Training.Graph;

namespace Platform.Training.Jobs;

/// <summary>What job.json says. Names there are written in snake_case; an unknown name is refused.</summary>
public sealed class JobSettings
{
    private const int MostTokens = 32_768, MostBatch = 4_096, MostEpochs = 1_000, MostBytes = 1 << 20;

    /// <summary>Of the format; 1.</summary>
    public int Version { get; set; } = 1;

    /// <summary>The base model's GGUF file.</summary>
    public string Model { get; set; } = "";

    /// <summary>Its SHA-256 in hex, which the adapter will name. The file is read through for it; another than the one given here is refused, for the rows were made for that.</summary>
    public string? ModelSha256 { get; set; }

    public TrainingMethod Method { get; set; }

    /// <summary>The rows to learn from, a file of the job folder.</summary>
    public string Train { get; set; } = "train.jsonl";

    /// <summary>The rows to evaluate on, or null for none.</summary>
    public string? Validation { get; set; }

    public long Seed { get; set; } = 42;

    /// <summary>1 to 1,000; default 3.</summary>
    public int Epochs { get; set; } = 3;

    /// <summary>Ends earlier; 0, the default, does not.</summary>
    public int MaxSteps { get; set; }

    /// <summary>Rows (or pairs) of a step; default 8.</summary>
    public int BatchSize { get; set; } = 8;

    /// <summary>Most tokens of a row, 8 to 32,768; default 512.</summary>
    public int SequenceTokens { get; set; } = 512;

    /// <summary>Tokens that are computed at once, padding included; a longer row is computed alone. Default 512.</summary>
    public int MicroBatchTokens { get; set; } = 512;

    /// <summary>The highest; default 0.0002.</summary>
    public double LearningRate { get; set; } = 2e-4;

    /// <summary>Share of the steps on which the rate rises; default 0.05.</summary>
    public double WarmupShare { get; set; } = 0.05;

    public float WeightDecay { get; set; } = 0.1f;

    /// <summary>The longest gradient that is followed; default 1.</summary>
    public float MaxGradient { get; set; } = 1;

    public LoraSettings Lora { get; set; } = new();

    /// <summary>Of DPO: how strongly the base model holds back; default 0.1.</summary>
    public double Beta { get; set; } = 0.1;

    /// <summary>Keeps only each layer's input and computes the rest again: less memory, more time.</summary>
    public bool Checkpointing { get; set; }

    public Precision Precision { get; set; }

    /// <summary>Null trains to the end.</summary>
    public EarlyStoppingSettings? EarlyStopping { get; set; } = new();

    /// <summary>Steps between evaluations; 0, the default, makes about twenty.</summary>
    public int EvaluateEvery { get; set; }

    /// <summary>Steps between checkpoints; 0, the default, makes about twenty.</summary>
    public int CheckpointEvery { get; set; }

    /// <summary>Never more than are really free. Default 1, with which a job gives the same weights to the bit each time.</summary>
    public int Threads { get; set; } = 1;

    public TrainingDevice Device { get; set; }

    /// <summary>Reads and checks job.json.</summary>
    /// <exception cref="TrainingException">It is not JSON, names what is not known, or a value is out of its range.</exception>
    public static JobSettings Read(string path)
    {
        if (new FileInfo(path) is not { Exists: true, Length: <= MostBytes }) { throw Refused($"{Path.GetFileName(path)} is missing or has more than {MostBytes} bytes"); }
        try
        {
            return (JsonSerializer.Deserialize(File.ReadAllBytes(path), JobJson.Default.JobSettings) ?? throw Refused("it is empty")).Checked();
        }
        catch (JsonException fault)
        {
            throw new TrainingException(TrainingFault.Job, $"job.json cannot be read: {fault.Message}", fault);
        }
    }

    internal LoraOptions LoraOptions => new()
    {
        Rank = Lora.Rank, Alpha = Lora.Alpha, Dropout = Lora.Dropout, LastLayers = Lora.LastLayers, Targets = [.. Lora.Targets.Select(ProjectionNames.Parse)],
    };

    private JobSettings Checked()
    {
        Need(Version == 1, $"version is {Version}; 1 is known");
        Need(File.Exists(Model), $"the model '{Model}' is not there");
        Need(ModelSha256 is null || (ModelSha256.Length == 64 && ModelSha256.All(char.IsAsciiHexDigit)), "model_sha256 must be 64 hex digits");
        Need(IsName(Train) && (Validation is null || IsName(Validation)), "train and validation must be names of files in the job folder");
        Need(Epochs is >= 1 and <= MostEpochs, $"epochs is {Epochs}; it must be 1 to {MostEpochs}");
        Need(MaxSteps >= 0 && EvaluateEvery >= 0 && CheckpointEvery >= 0, "max_steps, evaluate_every and checkpoint_every must not be negative");
        Need(BatchSize is >= 1 and <= MostBatch, $"batch_size is {BatchSize}; it must be 1 to {MostBatch}");
        Need(SequenceTokens is >= 8 and <= MostTokens, $"sequence_tokens is {SequenceTokens}; it must be 8 to {MostTokens}");
        Need(MicroBatchTokens is >= 8 and <= 8 * MostTokens, $"micro_batch_tokens is {MicroBatchTokens}; it must be 8 to {8 * MostTokens}");
        Need(LearningRate is > 0 and <= 1, $"learning_rate is {LearningRate}; it must be above 0 and at most 1");
        Need(WarmupShare is >= 0 and <= 1, $"warmup_share is {WarmupShare}; it must be 0 to 1");
        Need(WeightDecay is >= 0 and <= 1, $"weight_decay is {WeightDecay}; it must be 0 to 1");
        Need(MaxGradient is > 0 and <= 1_000, $"max_gradient is {MaxGradient}; it must be above 0 and at most 1000");
        Need(Beta is > 0 and <= 100, $"beta is {Beta}; it must be above 0 and at most 100");
        Need(Method != TrainingMethod.Dpo || Lora.Dropout == 0, "lora.dropout must be 0 for dpo, which compares two passes");
        Need(EarlyStopping is null || EarlyStopping is { Patience: >= 1, MinDelta: >= 0 }, "early_stopping needs a patience of 1 or more and a min_delta of 0 or more");
        Need(Threads is >= 1 and <= 256, $"threads is {Threads}; it must be 1 to 256");
        return this;
    }

    private static bool IsName(string name) => name.Length > 0 && Path.GetFileName(name) == name && name is not ("." or "..");

    private static void Need(bool holds, string otherwise)
    {
        if (!holds) { throw Refused(otherwise); }
    }

    private static TrainingException Refused(string why) => new(TrainingFault.Job, $"job.json is refused: {why}.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, ReadCommentHandling = JsonCommentHandling.Disallow)]
[JsonSerializable(typeof(JobSettings))]
internal sealed partial class JobJson : JsonSerializerContext;
