using System.Globalization;
using Platform.ModelHost.Engine.Grammars;

namespace Platform.ModelHost.Engine.Generation;

/// <summary>Refuses a request whose settings are out of range, before it costs anything. These limits are the service's: nothing in front of it has its own.</summary>
internal static class RequestCheck
{
    private const int MostStops = 16, LongestStop = 256, MostPenaltyWindow = 4_096, LongestUser = 128;
    private const int MostBiases = 1_024, MostBreakers = 16, LongestBreaker = 40, MostTopLogProbabilities = 20, MostCandidates = 16, MostTriggers = 16, LongestTrigger = 64, MostBeams = 8, MostPassages = 64, MostPassageText = 1 << 20;

    /// <exception cref="EngineException">Kind BadRequest with the field at fault.</exception>
    internal static void Check(GenerationRequest request, int vocabulary)
    {
        if ((request.Messages is null ? 0 : 1) + (request.Prompt is null ? 0 : 1) + (request.PromptTokens is null ? 0 : 1) != 1) { throw Refuse("messages", "Give either messages or a prompt, not both and not neither."); }
        if (request.MaxTokens < (request.TellsPrompt ? 0 : 1)) { throw Refuse("max_tokens", $"max_tokens is {request.MaxTokens}; it must be {(request.TellsPrompt ? "0" : "1")} or more."); }
        Range("n", request.Candidates, 1, MostCandidates);
        Range("top_logprobs", request.TopLogProbabilities ?? 0, 0, MostTopLogProbabilities);
        Texts("stop", request.Stop, MostStops, LongestStop);
        if (request.User is { Length: > LongestUser }) { throw Refuse("user", $"user has {request.User.Length} characters; {LongestUser} is the most."); }
        Check(request.Sampling, vocabulary);
        if (request.Grammar is { } grammar)
        {
            Texts("triggers", grammar.Triggers, MostTriggers, LongestTrigger);
            GrammarCheck.Check(grammar.Text, grammar.Root);
        }
        if (request.IgnoreEndOfText && (request.Verbatim is not null || request.Grammar is { Triggers.Count: 0 }))
        {
            throw Refuse("ignore_eos", "ignore_eos does not go together with a grammar, a schema or verbatim: such an answer ends where its form is complete. Leave one of them out.");
        }
        if (request.Thinking is not null && request.Verbatim is not null) { throw Refuse("reasoning_budget", "reasoning_budget does not go together with verbatim: such an answer thinks nothing. Leave one of them out."); }
        if (request.Thinking is { Tokens: < 0 }) { throw Refuse("reasoning_budget", $"reasoning_budget is {request.Thinking.Tokens}; it must be 0 or more, or -1 for no limit."); }
        if (request.Beam is { } beam) { Check(beam, request); }
        if (request.Verbatim is { } verbatim) { Check(verbatim, request); }
    }

    private static void Check(SamplingOptions sampling, int vocabulary)
    {
        Range("temperature", sampling.Temperature, 0, 2);
        Range("top_p", sampling.TopP, 0, 1);
        Range("top_p_decay", sampling.TopPDecay, 0.01f, 1);
        Range("top_p_floor", sampling.TopPFloor, 0, 1);
        Range("min_p", sampling.MinP, 0, 1);
        Range("typical_p", sampling.TypicalP, 0.01f, 1);
        Range("top_k", sampling.TopK, 0, 1_000_000, ", or -1 for no limit");
        Range("top_n_sigma", sampling.TopNSigma, 0, 10, ", or -1 for none");
        Range("mirostat", sampling.Mirostat, 0, 2);
        Range("mirostat_tau", sampling.MirostatTau, 0.01f, 20);
        Range("mirostat_eta", sampling.MirostatEta, 0.001f, 1);
        Range("xtc_probability", sampling.XtcProbability, 0, 1);
        Range("xtc_threshold", sampling.XtcThreshold, 0, 0.5f);
        Range("dry_multiplier", sampling.DryMultiplier, 0, 100);
        Range("dry_base", sampling.DryBase, 1, 8);
        Range("dry_allowed_length", sampling.DryAllowedLength, 1, 1_024);
        Range("dry_penalty_last_n", sampling.DryWindow, SamplingOptions.WholeContext, 65_536);
        Texts("dry_sequence_breakers", sampling.DryBreakers, MostBreakers, LongestBreaker);
        Range("repeat_penalty", sampling.RepeatPenalty, 0.1f, 10);
        Range("presence_penalty", sampling.PresencePenalty, -2, 2);
        Range("frequency_penalty", sampling.FrequencyPenalty, -2, 2);
        Range("repeat_last_n", sampling.PenaltyWindow, SamplingOptions.WholeContext, MostPenaltyWindow);
        if (sampling.NoRepeatNgram != 0) { Range("no_repeat_ngram_size", sampling.NoRepeatNgram, 2, 64, ", or 0 for none"); }
        if (sampling.LogitBias.Count > MostBiases) { throw Refuse("logit_bias", $"logit_bias has {sampling.LogitBias.Count} tokens; {MostBiases} is the most."); }
        foreach (var (token, bias) in sampling.LogitBias)
        {
            if ((uint)token >= (uint)vocabulary) { throw Refuse("logit_bias", $"logit_bias names the token {token}; this model's tokens are 0 to {vocabulary - 1}."); }
            if (bias != float.NegativeInfinity) { Range("logit_bias", bias, -100, 100); }
        }
    }

    private static void Check(BeamOptions beam, GenerationRequest request)
    {
        Range("num_beams", beam.Width, 1, MostBeams);
        Range("length_penalty", beam.LengthPenalty, -4, 4);
        Range("n", beam.Best, 1, beam.Width, $" with num_beams {beam.Width}");
        var s = request.Sampling;
        var other = request.Candidates > 1 ? "n" : request.TellsPrompt ? "echo" : request.Grammar is not null ? "grammar" : request.Verbatim is not null ? "verbatim" : request.Thinking is not null ? "reasoning_budget" : request.TopLogProbabilities is not null ? "logprobs" : request.Speculation == Speculation.Draft ? "speculation"
            : s.TypicalP != 1 ? "typical_p" : s.TopNSigma != 0 ? "top_n_sigma" : s.TopPDecay != 1 ? "top_p_decay" : s.Mirostat != 0 ? "mirostat" : s.XtcProbability != 0 ? "xtc_probability" : s.NoRepeatNgram != 0 ? "no_repeat_ngram_size"
            : s.RepeatPenalty != 1 ? "repeat_penalty" : s.PresencePenalty != 0 ? "presence_penalty" : s.FrequencyPenalty != 0 ? "frequency_penalty" : s.DryMultiplier != 0 ? "dry_multiplier" : null;
        if (other is not null) { throw Refuse(other, $"Beam search does not go together with {other}. Leave one of them out."); }
    }

    private static void Check(VerbatimOptions verbatim, GenerationRequest request)
    {
        if (verbatim.Passages.Count is 0 or > MostPassages) { throw Refuse("verbatim.passages", $"There are {verbatim.Passages.Count} passages; there must be 1 to {MostPassages}."); }
        if (verbatim.Passages.Any(string.IsNullOrWhiteSpace)) { throw Refuse("verbatim.passages", "A passage is empty. Leave it out."); }
        if (verbatim.Passages.Sum(p => (long)p.Length) > MostPassageText) { throw Refuse("verbatim.passages", $"The passages have {verbatim.Passages.Sum(p => (long)p.Length)} characters; {MostPassageText} is the most."); }
        Range("verbatim.min_span", verbatim.MinSpan, 1, 256);
        Range("verbatim.max_spans", verbatim.MaxSpans, 1, 32);
        if (request.Stop.Count > 0) { throw Refuse("stop", "stop does not go together with verbatim: it would cut a span off from its mark. Leave one of them out; max_tokens and max_spans bound such an answer, and its last span still gets its mark."); }
        if (request.Grammar is not null) { throw Refuse("grammar", "A grammar does not go together with verbatim. Leave one of them out."); }
    }

    private static void Texts(string field, IReadOnlyList<string> texts, int most, int longest)
    {
        if (texts.Count > most) { throw Refuse(field, $"{field} has {texts.Count} texts; {most} is the most."); }
        foreach (var text in texts)
        {
            if (text is null || text.Length == 0 || text.Length > longest) { throw Refuse(field, $"A text of {field} has {text?.Length ?? 0} characters; it must have 1 to {longest}."); }
        }
    }

    private static void Range(string field, float value, float least, float most, string besides = "")
    {
        if (!(value >= least && value <= most)) // NaN too
        {
            throw Refuse(field, string.Create(CultureInfo.InvariantCulture, $"{field} is {value}; it must be {least} to {most}{besides}."));
        }
    }

    private static EngineException Refuse(string field, string message) => new(EngineErrorKind.BadRequest, message) { Parameter = field };
}
