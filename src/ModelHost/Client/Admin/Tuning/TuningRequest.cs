using System.Text.Json.Nodes;

namespace Platform.ModelHost.Client.Admin.Tuning;

/// <summary>What is learned of the rows: the assistant's turns of conversations, which of two answers is better, or raw text.</summary>
public enum TuningMethod { Supervised, Dpo, Pretraining }

/// <summary>A file of a mixture.</summary>
/// <param name="ValidationFile">Its rows to evaluate on; null for none.</param>
/// <param name="Weight">Its share, relative to the others'.</param>
/// <param name="MaxRepeats">How often a row may be used, 1 to 100.</param>
public sealed record TuningShare(string File, string? ValidationFile, double Weight = 1, int MaxRepeats = 1)
{
    internal JsonObject ToJson() => new() { ["file"] = File, ["validation_file"] = ValidationFile, ["weight"] = Weight, ["max_repeats"] = MaxRepeats };
}

/// <summary>A job that is wanted. What is null is the service's to choose; the ranges are the service's, and a refusal names the field.</summary>
/// <param name="Model">Id of the base model.</param>
/// <param name="TrainingFile">Id of an uploaded file.</param>
public sealed record TuningRequest(string Model, string TrainingFile)
{
    /// <summary>Several files in a ratio, in place of the training file; empty for that one alone.</summary>
    public IReadOnlyList<TuningShare> Mixture { get; init; } = [];

    /// <summary>Rows of the mixture; null takes as many as fit the ratio.</summary>
    public int? MixtureRows { get; init; }

    /// <summary>Id of an uploaded file of rows to evaluate on; null holds out a share of the training file.</summary>
    public string? ValidationFile { get; init; }

    /// <summary>Share that is held out, 0 to 0.5; default 0.1.</summary>
    public double? ValidationShare { get; init; }

    /// <summary>Name of the adapter: a-z, 0-9, '-', '_', '.', 1 to 64. A name that there is gets a next version.</summary>
    public string? AdapterName { get; init; }

    public long? Seed { get; init; }

    /// <summary>At most 16 pairs; they go into the adapter's lineage, as dataset_version does.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    public TuningMethod Method { get; init; }

    /// <summary>builtin, or peft: a runner elsewhere. Null takes the builtin one.</summary>
    public string? Trainer { get; init; }

    /// <summary>auto, cpu or gpu; null takes auto: a card where one can be used.</summary>
    public string? Device { get; init; }

    /// <summary>fast or exact; null takes fast.</summary>
    public string? Precision { get; init; }

    /// <summary>1 to 1,000; default 3.</summary>
    public int? Epochs { get; init; }

    /// <summary>Ends earlier; default never.</summary>
    public int? MaxSteps { get; init; }

    /// <summary>Rows of a step; default up to 8.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Most tokens of a row, 8 to 32,768; default as many as the longest row has, 2,048 at most.</summary>
    public int? SequenceTokens { get; init; }

    /// <summary>Tokens that are computed at once.</summary>
    public int? MicroBatchTokens { get; init; }

    /// <summary>The highest; default 0.0002, for dpo 0.00005.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Share of the steps on which the rate rises; default 0.05.</summary>
    public double? WarmupShare { get; init; }

    public double? WeightDecay { get; init; }

    public double? MaxGradient { get; init; }

    /// <summary>Of dpo; default 0.1.</summary>
    public double? Beta { get; init; }

    /// <summary>Less memory, more time.</summary>
    public bool GradientCheckpointing { get; init; }

    /// <summary>Steps between evaluations; default about twenty of a job.</summary>
    public int? EvaluateEvery { get; init; }

    public int? CheckpointEvery { get; init; }

    /// <summary>A multiple of 16; default 16.</summary>
    public int? Rank { get; init; }

    /// <summary>Default twice the rank.</summary>
    public double? Alpha { get; init; }

    public double? Dropout { get; init; }

    /// <summary>Of q, k, v, o, gate, up, down; null for all.</summary>
    public IReadOnlyList<string>? Targets { get; init; }

    /// <summary>Changes only so many layers, counted from the last.</summary>
    public int? LastLayers { get; init; }

    /// <summary>Ends when the evaluation loss does not fall any more; on by default.</summary>
    public bool StopsEarly { get; init; } = true;

    public int? Patience { get; init; }

    public double? MinDelta { get; init; }

    /// <summary>What is asked at each evaluation, at most five; null takes some of the held-out rows.</summary>
    public IReadOnlyList<string>? EvaluationPrompts { get; init; }

    /// <summary>Hours in which it may run, as 22:00-06:00; null for always.</summary>
    public string? Window { get; init; }

    /// <summary>IANA name; null for that of the service's machine.</summary>
    public string? TimeZone { get; init; }

    /// <summary>As it is sent; what is null is the service's to choose.</summary>
    public JsonObject ToJson()
    {
        var method = Method.ToString().ToLowerInvariant();
        var parameters = new JsonObject
        {
            ["n_epochs"] = Epochs, ["max_steps"] = MaxSteps, ["batch_size"] = BatchSize, ["sequence_tokens"] = SequenceTokens, ["micro_batch_tokens"] = MicroBatchTokens, ["learning_rate"] = LearningRate, ["warmup_ratio"] = WarmupShare,
            ["weight_decay"] = WeightDecay, ["max_grad_norm"] = MaxGradient, ["beta"] = Beta, ["gradient_checkpointing"] = GradientCheckpointing, ["eval_steps"] = EvaluateEvery, ["save_steps"] = CheckpointEvery,
        };
        return new JsonObject
        {
            ["model"] = Model, ["training_file"] = Mixture.Count > 0 ? null : TrainingFile, ["mixture"] = Mixture.Count > 0 ? new JsonArray([.. Mixture.Select(part => (JsonNode)part.ToJson())]) : null, ["mixture_rows"] = MixtureRows, ["validation_file"] = ValidationFile, ["validation_split"] = ValidationShare, ["suffix"] = AdapterName, ["seed"] = Seed, ["trainer"] = Trainer, ["device"] = Device, ["precision"] = Precision,
            ["evaluation_prompts"] = EvaluationPrompts is null ? null : new JsonArray([.. EvaluationPrompts.Select(text => (JsonNode)text)]),
            ["metadata"] = new JsonObject(Metadata.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, pair.Value))),
            ["method"] = new JsonObject { ["type"] = method, [method] = new JsonObject { ["hyperparameters"] = parameters } },
            ["lora"] = new JsonObject { ["r"] = Rank, ["alpha"] = Alpha, ["dropout"] = Dropout, ["last_layers"] = LastLayers, ["target_modules"] = Targets is null ? null : new JsonArray([.. Targets.Select(name => (JsonNode)name)]) },
            ["early_stopping"] = StopsEarly ? new JsonObject { ["patience"] = Patience, ["min_delta"] = MinDelta } : JsonValue.Create(false),
            ["schedule"] = Window is null ? null : new JsonObject { ["window"] = Window, ["time_zone"] = TimeZone },
        };
    }
}
