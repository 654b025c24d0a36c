using System.Numerics.Tensors;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Generation.Sampling;

/// <summary>Picks the tokens of one answer, in the order that <see cref="SamplingOptions"/> names. The loop's thread only.</summary>
internal sealed class TokenSampler : IDisposable
{
    private const int MostRetries = 64;

    private readonly SafeLlamaSamplerHandle? repetition, topP;
    private readonly SafeLlamaSamplerHandle beforeTopP, pick;
    private readonly TokenCandidates candidates;
    private readonly DecayingTopP? decay;
    private readonly RepeatedNgrams? ngrams;
    private readonly (int Token, float Bias)[] bias;
    private readonly ITokenRule? rule;
    private readonly bool isGreedy;

    /// <param name="model">The model whose tokens are picked.</param>
    /// <param name="settings">The native part of the settings.</param>
    /// <param name="options">The managed part.</param>
    /// <param name="rule">What the answer must keep to, or null; not disposed here.</param>
    /// <param name="forbidden">Tokens that never come.</param>
    /// <param name="candidates">Scratch of the loop.</param>
    internal TokenSampler(SafeLlamaModelHandle model, SamplerSettings settings, SamplingOptions options, ITokenRule? rule, IReadOnlyList<int> forbidden, TokenCandidates candidates)
    {
        (this.candidates, this.rule) = (candidates, rule);
        repetition = SafeLlamaSamplerHandle.Repetition(model, settings);
        beforeTopP = SafeLlamaSamplerHandle.BeforeTopP(settings);
        isGreedy = settings.Temperature <= 0;
        var cuts = !isGreedy && settings.Mirostat == 0;
        decay = cuts && options.TopPDecay < 1 ? new DecayingTopP(options) : null;
        topP = cuts && decay is null && settings.TopP < 1 ? SafeLlamaSamplerHandle.TopP(settings.TopP) : null;
        pick = SafeLlamaSamplerHandle.Pick(model, settings);
        ngrams = options.NoRepeatNgram > 0 ? new RepeatedNgrams(options.NoRepeatNgram) : null;
        bias = [.. options.LogitBias.Select(b => (b.Key, b.Value <= -100 ? float.NegativeInfinity : b.Value)), .. forbidden.Select(t => (t, float.NegativeInfinity))];
        LookBack = settings.LookBack;
    }

    /// <summary>Prompt tokens that matter to penalties.</summary>
    internal int LookBack { get; }

    /// <summary>Lets penalties count a token of the prompt.</summary>
    internal void AcceptPrompt(int token) => repetition?.Accept(token);

    /// <summary>Picks the next token and takes note of it.</summary>
    /// <param name="logits">The model's; changed in place.</param>
    /// <param name="tokenizer">Says which tokens end an answer and what they read.</param>
    /// <exception cref="EngineException">Kind Failed: the model gives no numbers, or no token is allowed.</exception>
    internal int Sample(Span<float> logits, Tokenizer tokenizer)
    {
        foreach (var (token, add) in bias) { logits[token] += add; }
        ngrams?.Forbid(logits);
        var picked = rule is { IsNarrow: true } ? PickNarrowed(logits) : PickFreely(logits);
        for (var tries = 0; rule is not null && !rule.Allows(picked); tries++)
        {
            if (tries == MostRetries) { throw DeadEnd(); }
            logits[picked] = float.NegativeInfinity; // a rule that sleeps can only refuse one at a time
            picked = PickNarrowed(logits);
        }
        repetition?.Accept(picked);
        if (tokenizer.EndsText(picked)) { return picked; }
        rule?.Accept(picked);
        ngrams?.Accept(picked);
        decay?.Accept(tokenizer.Piece(picked));
        return picked;
    }

    public void Dispose()
    {
        repetition?.Dispose();
        beforeTopP.Dispose();
        topP?.Dispose();
        pick.Dispose();
    }

    private int PickFreely(ReadOnlySpan<float> logits)
    {
        if (!isGreedy || repetition is not null)
        {
            candidates.Fill(logits);
            return PickFromCandidates();
        }
        var best = TensorPrimitives.IndexOfMax(logits);
        return float.IsFinite(logits[best]) ? best : throw NoNumbers();
    }

    private int PickNarrowed(ReadOnlySpan<float> logits)
    {
        candidates.Fill(logits);
        rule!.Narrow(candidates, logits);
        return candidates.AnyAllowed ? PickFromCandidates() : throw DeadEnd();
    }

    private int PickFromCandidates()
    {
        if (repetition is not null) { candidates.Apply(repetition); }
        candidates.Apply(beforeTopP);
        if (topP is not null) { candidates.Apply(topP); }
        if (decay is not null)
        {
            using var now = SafeLlamaSamplerHandle.TopP(decay.Now);
            candidates.Apply(now);
        }
        candidates.Apply(pick);
        return candidates.Picked is >= 0 and var token ? token : throw NoNumbers();
    }

    private static EngineException NoNumbers() => new(EngineErrorKind.Failed, "The model's scores for the next token are no numbers. Its file or an adapter is damaged, or a logit bias forbids everything.");

    private static EngineException DeadEnd() => new(EngineErrorKind.Failed, "The grammar allows no token at this place of the answer. Check that every rule can be ended.");
}
