using System.Globalization;
using System.Text.Json;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Native;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.FineTuning.Measures;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.FineTuning.Requests;

/// <summary>The refusal step of a job: what can be told from the request alone.</summary>
internal static class TuningCheck
{
    private const int MostMetadata = 16, LongestKey = 64, LongestValue = 512, MostSteps = 1_000_000, LongestPrompt = 4_000;

    /// <summary>Why 'gpu' cannot be had.</summary>
    public const string NoCard = "'device' is gpu, and the model service has no graphics card that its libraries can use. Leave 'device' out, or make it cpu.";

    /// <summary>The usual peak of the learning rate, by method.</summary>
    public static double UsualRate(TuningMethod method) => method == TuningMethod.Dpo ? 5e-5 : 2e-4;

    /// <exception cref="RequestRefused">A field is wrong, with its name.</exception>
    public static TuningSettings Settings(TuningRequest request)
    {
        Names(request);
        var (method, given, at) = Method(request);
        var usual = new TuningSettings();
        var rate = Range($"{at}.learning_rate", given.LearningRate, 1e-9, 1) ?? UsualRate(method) * (Auto($"{at}.learning_rate_multiplier", given.LearningRateMultiplier, 1e-4, 1_000) ?? 1);
        return new TuningSettings
        {
            Method = method,
            Trainer = Named("trainer", request.Trainer, TuningTrainer.Builtin),
            Device = Named("device", request.Device, TuningDevice.Auto),
            Precision = Named("precision", request.Precision, TuningPrecision.Fast),
            Epochs = (int?)Whole($"{at}.n_epochs", given.NEpochs, 1, 1_000) ?? usual.Epochs,
            MaxSteps = (int?)Range($"{at}.max_steps", given.MaxSteps, 0, MostSteps) ?? 0,
            BatchSize = (int?)Whole($"{at}.batch_size", given.BatchSize, 1, 4_096) ?? 0,
            SequenceTokens = (int?)Range($"{at}.sequence_tokens", given.SequenceTokens, 8, 32_768),
            MicroBatchTokens = (int?)Range($"{at}.micro_batch_tokens", given.MicroBatchTokens, 8, 262_144),
            LearningRate = Math.Min(rate, 1),
            WarmupShare = Range($"{at}.warmup_ratio", given.WarmupRatio, 0, 1) ?? usual.WarmupShare,
            WeightDecay = Range($"{at}.weight_decay", given.WeightDecay, 0, 1) ?? usual.WeightDecay,
            MaxGradient = Range($"{at}.max_grad_norm", given.MaxGradNorm, 1e-6, 1_000) ?? usual.MaxGradient,
            Beta = Auto($"{at}.beta", given.Beta, 1e-6, 100) ?? usual.Beta,
            Checkpointing = given.GradientCheckpointing == true,
            EvaluateEvery = (int?)Range($"{at}.eval_steps", given.EvalSteps, 0, MostSteps) ?? 0,
            CheckpointEvery = (int?)Range($"{at}.save_steps", given.SaveSteps, 0, MostSteps) ?? 0,
            Lora = LoraCheck.Shape(request.Lora, method),
            EarlyStopping = Stop(request.EarlyStopping),
            ValidationShare = Range("validation_split", request.ValidationSplit, 0, 0.5) ?? usual.ValidationShare,
            EvaluationPrompts = Prompts(request.EvaluationPrompts),
            Window = request.Schedule?.Window is { } window && TimeWindow.Parse(window, request.Schedule.TimeZone) is not null ? window : null,
            TimeZone = request.Schedule?.TimeZone,
        };
    }

    private static void Names(TuningRequest request)
    {
        if (request.Suffix is { } suffix && !AdapterLibrary.IsName(suffix.ToLowerInvariant()))
        {
            throw Refused("suffix", $"'suffix' is '{suffix}'; it names the adapter; {AdapterLibrary.NameRule}.");
        }

        if (request.Metadata is { } metadata && (metadata.Count > MostMetadata || metadata.Any(pair => pair.Key.Length > LongestKey || pair.Value is not { Length: <= LongestValue })))
        {
            throw Refused("metadata", $"'metadata' may have {MostMetadata} pairs, with keys of {LongestKey} and texts of {LongestValue} characters at most.");
        }

        if (request.Integrations is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } integrations && !(integrations.ValueKind == JsonValueKind.Array && integrations.GetArrayLength() == 0))
        {
            throw new RequestRefused(Problem.Unsupported("integrations", "'integrations' would send the job's numbers elsewhere, and nothing leaves this machine. Leave it out."));
        }
    }

    /// <summary>One of a few words, in lower case.</summary>
    private static T Named<T>(string field, string? given, T usual) where T : struct, Enum =>
        given is null ? usual : Enum.GetValues<T>().Cast<T?>().FirstOrDefault(one => given == Name(one!.Value)) ?? throw Refused(field, $"'{field}' is '{given}'; it must be {string.Join(" or ", Enum.GetValues<T>().Select(Name))}.");

    /// <summary>The word of a choice on the wire.</summary>
    public static string Name<T>(T choice) where T : struct, Enum => choice.ToString().ToLowerInvariant();

    private static List<string>? Prompts(IReadOnlyList<string?>? given) =>
        given is { Count: > ProbeChoice.MostPrompts } ? throw Refused("evaluation_prompts", $"'evaluation_prompts' has {given.Count} texts; {ProbeChoice.MostPrompts} is the most.")
        : given?.FirstOrDefault(text => text is not { Length: <= LongestPrompt } || string.IsNullOrWhiteSpace(text)) is null && given?.Contains(null) != true ? given?.OfType<string>().ToList()
        : throw Refused("evaluation_prompts", $"Each of 'evaluation_prompts' must have 1 to {LongestPrompt:N0} characters.");

    /// <summary>What stands where it would not be read is refused, never passed over.</summary>
    private static (TuningMethod Method, HyperparameterFields Given, string At) Method(TuningRequest request)
    {
        var method = Named("method.type", request.Method?.Type, TuningMethod.Supervised);
        const string old = "hyperparameters"; // as clients sent them before there were methods
        var (given, at) = (request.Hyperparameters ?? new HyperparameterFields(), old);
        foreach (var (of, body) in ((TuningMethod, MethodBodyFields?)[])[(TuningMethod.Supervised, request.Method?.Supervised), (TuningMethod.Dpo, request.Method?.Dpo), (TuningMethod.Pretraining, request.Method?.Pretraining)])
        {
            if (body?.Hyperparameters is not { } parameters)
            {
                continue;
            }

            (given, at) = of == method && request.Hyperparameters is null ? (parameters, $"method.{Name(of)}.{old}")
                : of == method ? throw Refused(old, $"'{old}' stands beside 'method.{Name(of)}.{old}'. Give one of the two.")
                : throw Refused($"method.{Name(of)}", $"'method.{Name(of)}' is of another method than the job's, {Name(method)}. Leave it out, or choose that method in 'method.type'.");
        }

        return method == TuningMethod.Dpo || given.Beta is not { ValueKind: JsonValueKind.Number } ? (method, given, at) : throw Refused($"{at}.beta", $"'beta' is of dpo, and the job's method is {Name(method)}. Leave it out.");
    }

    /// <summary>What the base and the machine allow.</summary>
    /// <param name="layers">Of the base; 0 where its file does not say.</param>
    /// <exception cref="RequestRefused">A field is wrong, with its name.</exception>
    public static void Fits(TuningSettings settings, string model, int layers, IReadOnlyList<NativeDevice> devices)
    {
        if (layers > 0 && settings.Lora.LastLayers > layers)
        {
            throw Refused("lora.last_layers", $"'lora.last_layers' is {settings.Lora.LastLayers}; '{model}' has {layers} layers. Give fewer, or 0 for all.");
        }

        if (settings is { Device: TuningDevice.Gpu, Trainer: TuningTrainer.Builtin } && !devices.Any(device => device.IsGpu))
        {
            throw Refused("device", NoCard);
        }
    }

    private static EarlyStop? Stop(JsonElement? value)
    {
        switch (value?.ValueKind)
        {
            case null or JsonValueKind.Null or JsonValueKind.Undefined or JsonValueKind.True: return new EarlyStop();
            case JsonValueKind.False: return null;
        }

        var given = JsonWithin.Read(value.Value, ServerJson.Wire.EarlyStoppingFields, "early_stopping");
        if (given.Metric is not (null or "eval_loss"))
        {
            throw Refused("early_stopping.metric", $"'early_stopping.metric' is '{given.Metric}'; it must be eval_loss.");
        }

        if (given.RestoreBest == false)
        {
            throw new RequestRefused(Problem.Unsupported("early_stopping.restore_best", "The weights of the lowest evaluation loss are always the ones that are kept. Leave 'restore_best' out."));
        }

        var usual = new EarlyStop();
        return new EarlyStop((int?)Range("early_stopping.patience", given.Patience, 1, 1_000) ?? usual.Patience, Range("early_stopping.min_delta", given.MinDelta, 0, 10) ?? usual.MinDelta);
    }

    /// <summary>A number, or "auto".</summary>
    private static double? Auto(string field, JsonElement? value, double least, double most) => value switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => null,
        { ValueKind: JsonValueKind.String } text when text.GetString() == "auto" => null,
        { ValueKind: JsonValueKind.Number } number => Range(field, number.GetDouble(), least, most),
        _ => throw Refused(field, string.Create(CultureInfo.InvariantCulture, $"'{field}' must be \"auto\" or a number from {least} to {most}.")),
    };

    private static double? Whole(string field, JsonElement? value, int least, int most) => Auto(field, value, least, most) is { } number && number != Math.Floor(number)
        ? throw Refused(field, string.Create(CultureInfo.InvariantCulture, $"'{field}' is {number}; it must be a whole number.")) : Auto(field, value, least, most);

    /// <exception cref="RequestRefused">It is out of its range.</exception>
    public static double? Range(string field, double? value, double least, double most) => value is null || (value >= least && value <= most) ? value
        : throw Refused(field, string.Create(CultureInfo.InvariantCulture, $"'{field}' is {value}; it must be {least} to {most}."));

    public static RequestRefused Refused(string field, string message) => new(Problem.Invalid(field, message));
}
