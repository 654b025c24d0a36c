using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Generation.Sampling;

/// <summary>Picks the tokens of one answer, in the order that <see cref="SamplingOptions"/> names. The loop's thread only.</summary>
internal sealed class TokenSampler : IDisposable
{
    private const int MostRetries = 64;

    private readonly SafeLlamaSamplerHandle? repetition, topP;
    private readonly SafeLlamaSamplerHandle beforeTopP, pick;
    private readonly Tokenizer tokenizer;
    private readonly TokenCandidates candidates;
    private readonly DecayingTopP? decay;
    private readonly List<int> answer = []; // kept for the n-grams only
    private readonly int ngram;
    private readonly (int Token, float Bias)[] bias;
    private readonly ITokenRule? rule;
    private readonly bool isGreedy;

    /// <param name="model">The model whose tokens are picked.</param>
    /// <param name="tokenizer">Its tokens.</param>
    /// <param name="seed">Of what is drawn.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="rule">What the answer must keep to, or null; not disposed here.</param>
    /// <param name="candidates">Scratch of the loop.</param>
    internal TokenSampler(SafeLlamaModelHandle model, Tokenizer tokenizer, uint seed, GenerationRequest request, ITokenRule? rule, TokenCandidates candidates)
    {
        (this.tokenizer, this.candidates, this.rule) = (tokenizer, candidates, rule);
        var options = request.Sampling;
        repetition = SafeLlamaSamplerHandle.Repetition(model, options);
        beforeTopP = SafeLlamaSamplerHandle.BeforeTopP(options);
        isGreedy = options.Temperature <= 0;
        var cuts = !isGreedy && options.Mirostat == 0;
        decay = cuts && options.TopPDecay < 1 ? new DecayingTopP(options) : null;
        topP = cuts && decay is null && options.TopP < 1 ? SafeLlamaSamplerHandle.TopP(options.TopP) : null;
        pick = SafeLlamaSamplerHandle.Pick(model, options, seed);
        ngram = options.NoRepeatNgram;
        bias = Bias(request, tokenizer);
        LookBack = options.LookBack;
    }

    /// <summary>Prompt tokens that matter to penalties.</summary>
    internal int LookBack { get; }

    /// <summary>What is added to which logits: the request's biases, and the end of text where it is to be ignored.</summary>
    internal static (int Token, float Bias)[] Bias(GenerationRequest request, Tokenizer tokenizer) =>
    [
        .. request.Sampling.LogitBias.Select(b => (b.Key, b.Value <= -100 ? float.NegativeInfinity : b.Value)),
        .. (request.IgnoreEndOfText ? tokenizer.EndTokens : []).Select(t => (t, float.NegativeInfinity)),
    ];

    /// <summary>Lets penalties count a token of the prompt.</summary>
    internal void AcceptPrompt(int token) => repetition?.Accept(token);

    /// <summary>Picks the next token and takes note of it.</summary>
    /// <param name="logits">The model's; changed in place.</param>
    /// <exception cref="EngineException">Kind Failed: the model gives no numbers. Kind BadRequest: no token is allowed.</exception>
    internal int Sample(Span<float> logits)
    {
        foreach (var (token, add) in bias) { logits[token] += add; }
        if (ngram > 0) { RepeatedNgrams.Forbid(CollectionsMarshal.AsSpan(answer), ngram, logits); }
        if (!TakesTheLargest && TensorPrimitives.Max(logits) is var largest && !float.IsFinite(largest)) { throw Unusable(largest); } // nothing below tells a number from none
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
        if (ngram > 0) { answer.Add(picked); }
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

    private bool TakesTheLargest => isGreedy && repetition is null && rule is not { IsNarrow: true };

    private int PickFreely(ReadOnlySpan<float> logits)
    {
        if (!TakesTheLargest)
        {
            candidates.Fill(logits);
            return PickFromCandidates();
        }
        var best = TensorPrimitives.IndexOfMax(logits);
        return float.IsFinite(logits[best]) ? best : throw Unusable(logits[best]);
    }

    private int PickNarrowed(ReadOnlySpan<float> logits)
    {
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

    /// <summary>There is no token to go on with.</summary>
    internal static EngineException NoNumbers() => new(EngineErrorKind.Failed, "The model's scores for the next token are no numbers. Its file or an adapter is damaged, or a logit bias forbids everything.");

    /// <summary>Nothing is left over where the request forbids everything; else the model gives no numbers.</summary>
    private EngineException Unusable(float largest) => float.IsNegativeInfinity(largest) && bias.Length + ngram > 0
        ? new EngineException(EngineErrorKind.BadRequest, "No token is allowed here that logit_bias or no_repeat_ngram_size does not forbid. Loosen one of them.") { Parameter = bias.Length > 0 ? "logit_bias" : "no_repeat_ngram_size" } : NoNumbers();

    private static EngineException DeadEnd() => new(EngineErrorKind.BadRequest, "What the answer must keep to (a grammar or passages) allows no token here that a logit bias or no_repeat_ngram_size does not forbid. Loosen one of them.");
}
