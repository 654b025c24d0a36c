using System.Collections.ObjectModel;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Generation;

/// <summary>How the next token is picked: llama.cpp's knobs, and those of our own. In this order: bias and masks, penalties, DRY, top-n-sigma, top-k, typical, top-p, min-p, XTC, temperature, draw; mirostat takes the place of all from top-n-sigma to XTC.</summary>
public sealed record SamplingOptions : SamplerSettings
{
    /// <summary>Top-p of the n-th token of a sentence is TopP times this to the power n - 1; the next sentence begins anew. Above 0 to 1; 1 switches it off.</summary>
    public float TopPDecay { get; init; } = 1;

    /// <summary>What a decaying top-p never falls below; 0 to 1.</summary>
    public float TopPFloor { get; init; } = 0.3f;

    /// <summary>No run of so many tokens of the answer stands twice in it; 0 switches it off, else 2 to 64.</summary>
    public int NoRepeatNgram { get; init; }

    /// <summary>Added to the logits of tokens, -100 to 100; -100 and lower forbids, as negative infinity does. At most 1,024.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = ReadOnlyDictionary<int, float>.Empty;

    /// <summary>Null draws one; the one used is reported. Candidate n uses seed + n.</summary>
    public uint? Seed { get; init; }

    /// <summary>The same with the windows' lengths in tokens.</summary>
    internal SamplingOptions Within(int contextTokens) => PenaltyWindow != WholeContext && DryWindow != WholeContext ? this
        : this with { PenaltyWindow = PenaltyWindow == WholeContext ? contextTokens : PenaltyWindow, DryWindow = DryWindow == WholeContext ? contextTokens : DryWindow };
}
