using System.Text.Json;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Grammars;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Generating;

/// <summary>What the fields of a request ask of the engine. Their limits are the engine's; here is only what the wire says in another way.</summary>
internal static class GenerationSettings
{
    /// <summary>Everything but the prompt.</summary>
    public static GenerationRequest Of(GenerationFields fields) => new()
    {
        ModelId = fields.Model!,
        MaxTokens = fields.MaxTokens,
        Stop = fields.Stop?.Texts ?? [],
        Sampling = Sampling(fields),
        Candidates = fields.NumBeams is null ? fields.N ?? 1 : 1,
        Beam = fields.NumBeams is { } width ? new BeamOptions(width, fields.LengthPenalty ?? 1, fields.N ?? 1) : null,
        Grammar = Grammar(fields),
        Verbatim = fields.Verbatim is { } verbatim ? Verbatim(verbatim) : null,
        Adapters = fields.Lora is { } lora ? [.. lora.Select(choice => new AdapterChoice(choice.Id ?? "", choice.Scale ?? 1))] : null,
        ReleasedOnly = fields.ReleasedOnly == true,
        Measures = fields.Measures == true,
        Speculation = fields.Speculation switch { "prompt_lookup" => Speculation.PromptLookup, "draft" => Speculation.Draft, _ => Speculation.Off },
        DraftModel = fields.DraftModel is { Length: > 0 } draft ? draft : null,
        User = fields.User is { Length: > 0 } user ? user : null,
        CachePrompt = fields.CachePrompt != false,
        TellsUsage = fields is { Stream: true, TimingsPerToken: true },
        IgnoreEndOfText = fields.IgnoreEos == true,
    };

    /// <summary>What can be told without a model.</summary>
    public static Problem? Refusal(GenerationFields fields) => fields switch
    {
        { Metadata: { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null) } } => Problem.WrongType("metadata"),
        { Stream: not true, StreamOptions: not null } => Problem.Invalid("stream_options", "'stream_options' is only allowed with 'stream': true."),
        { Speculation: not (null or "off" or "prompt_lookup" or "draft") } => Problem.Invalid("speculation", $"'speculation' is '{fields.Speculation}'; it must be off, prompt_lookup or draft."),
        { DraftModel: { Length: > 0 }, Speculation: not "draft" } => Problem.Invalid("draft_model", "'draft_model' belongs to 'speculation': \"draft\"; send that too."),
        { IdSlot: not (null or -1) } => Problem.Unsupported("id_slot", "A slot cannot be chosen here. Leave 'id_slot' out."),
        { Grammar: { Length: > 0 }, JsonSchema: not null } => Problem.Invalid("grammar", "Both 'grammar' and 'json_schema' are given; an answer can follow one of them."),
        { Verbatim.Passages: null } => Problem.Invalid("verbatim.passages", "'verbatim.passages' is missing; send the texts to quote from."),
        { Lora: { } lora } when lora.Any(choice => choice?.Id is not { Length: > 0 }) => Problem.Invalid("lora", "Each item of 'lora' needs an 'id': the adapter's name, with @ and a number for one of its versions."),
        { NumBeams: not null, JsonSchema: not null } => Problem.Invalid("json_schema", "json_schema does not go together with num_beams. Leave one of them out."),
        { Verbatim: not null, JsonSchema: not null } => Problem.Invalid("json_schema", "json_schema does not go together with verbatim. Leave one of them out."),
        { NumBeams: not null } when Drawn(fields) is { } drawn => Problem.Invalid(drawn, $"{drawn} does not go together with num_beams: beam search draws nothing. Leave one of them out."),
        { LengthPenalty: not null, NumBeams: null } => Problem.Invalid("length_penalty", "'length_penalty' belongs to beam search; send 'num_beams' too."),
        _ => null,
    };

    /// <summary>The first field with a usual value that would change what is drawn; of the others the engine knows whether they do.</summary>
    private static string? Drawn(GenerationFields fields) => fields switch
    {
        { Temperature: not (null or 0) } => "temperature",
        { TopP: not (null or 1) } => "top_p",
        { TopK: not (null or 0 or -1) } => "top_k",
        { MinP: not (null or 0) } => "min_p",
        _ => null,
    };

    private static GrammarOptions? Grammar(GenerationFields fields) =>
        fields.Grammar is { Length: > 0 } text ? new GrammarOptions(text)
        : fields.JsonSchema is { ValueKind: not JsonValueKind.Null } schema ? new GrammarOptions(JsonSchemaGrammar.Of(schema, "json_schema"))
        : null;

    private static VerbatimOptions Verbatim(VerbatimFields fields)
    {
        var usual = new VerbatimOptions([]);
        return new VerbatimOptions(fields.Passages!, fields.MinSpan ?? usual.MinSpan, fields.MaxSpans ?? usual.MaxSpans);
    }

    private static SamplingOptions Sampling(GenerationFields fields)
    {
        var usual = new SamplingOptions();
        return new SamplingOptions
        {
            Temperature = fields.Temperature ?? usual.Temperature,
            TopK = fields.TopK is -1 ? 0 : fields.TopK ?? usual.TopK, // -1 is vLLM's word for off
            TopP = fields.TopP ?? usual.TopP,
            TopPDecay = fields.TopPDecay ?? usual.TopPDecay,
            TopPFloor = fields.TopPFloor ?? usual.TopPFloor,
            MinP = fields.MinP ?? usual.MinP,
            TypicalP = fields.TypicalP ?? usual.TypicalP,
            TopNSigma = fields.TopNSigma is -1 ? 0 : fields.TopNSigma ?? usual.TopNSigma, // llama.cpp's
            Mirostat = fields.Mirostat ?? usual.Mirostat,
            MirostatTau = fields.MirostatTau ?? usual.MirostatTau,
            MirostatEta = fields.MirostatEta ?? usual.MirostatEta,
            XtcProbability = fields.XtcProbability ?? usual.XtcProbability,
            XtcThreshold = fields.XtcThreshold ?? usual.XtcThreshold,
            DryMultiplier = fields.DryMultiplier ?? usual.DryMultiplier,
            DryBase = fields.DryBase ?? usual.DryBase,
            DryAllowedLength = fields.DryAllowedLength ?? usual.DryAllowedLength,
            DryWindow = fields.DryPenaltyLastN ?? usual.DryWindow,
            DryBreakers = fields.DrySequenceBreakers ?? usual.DryBreakers,
            RepeatPenalty = fields.RepeatPenalty ?? usual.RepeatPenalty,
            PenaltyWindow = fields.RepeatLastN ?? usual.PenaltyWindow,
            PresencePenalty = fields.PresencePenalty ?? usual.PresencePenalty,
            FrequencyPenalty = fields.FrequencyPenalty ?? usual.FrequencyPenalty,
            NoRepeatNgram = fields.NoRepeatNgramSize ?? usual.NoRepeatNgram,
            LogitBias = fields.LogitBias ?? usual.LogitBias,
            Seed = Fold(fields.Seed),
        };
    }

    /// <summary>Seeds of 64 bits fold into the engine's 32; -1 is llama.cpp's word for a new one.</summary>
    private static uint? Fold(long? seed) => seed is null or -1 ? null : unchecked((uint)seed.Value ^ (uint)(seed.Value >> 32));
}
