namespace Platform.ModelHost.Native;

/// <summary>A sampler chain. Its parts stand in llama.cpp's order: penalties, DRY, top-n-sigma, top-k, typical, top-p, min-p, XTC, temperature, draw. Defaults are llama.cpp's server's.</summary>
public record SamplerSettings
{
    /// <summary>A window as long as the model's context; whoever samples puts its tokens in the place.</summary>
    public const int WholeContext = -1;

    private static readonly string[] UsualBreakers = ["\n", ":", "\"", "*"];

    /// <summary>0 is greedy; 0 to 2.</summary>
    public float Temperature { get; init; } = 0.8f;

    /// <summary>0 switches it off.</summary>
    public int TopK { get; init; } = 40;

    /// <summary>0 to 1; 1 switches it off.</summary>
    public float TopP { get; init; } = 0.95f;

    /// <summary>0 to 1; 0 switches it off.</summary>
    public float MinP { get; init; } = 0.05f;

    /// <summary>Locally typical sampling; above 0 to 1, 1 switches it off.</summary>
    public float TypicalP { get; init; } = 1;

    /// <summary>Keeps logits within so many standard deviations of the best; 0 switches it off, to 10.</summary>
    public float TopNSigma { get; init; }

    /// <summary>0 off, 1 and 2 the versions of mirostat.</summary>
    public int Mirostat { get; init; }

    /// <summary>The surprise that mirostat aims at; above 0 to 20.</summary>
    public float MirostatTau { get; init; } = 5;

    /// <summary>How fast mirostat learns; above 0 to 1.</summary>
    public float MirostatEta { get; init; } = 0.1f;

    /// <summary>Chance of leaving out the likeliest tokens (XTC); 0 to 1, 0 switches it off.</summary>
    public float XtcProbability { get; init; }

    /// <summary>Probability above which XTC leaves a token out, all but the least likely of them; 0 to 0.5.</summary>
    public float XtcThreshold { get; init; } = 0.1f;

    /// <summary>Strength of DRY, which penalises continuing a repetition; 0 to 100, 0 switches it off.</summary>
    public float DryMultiplier { get; init; }

    /// <summary>How fast DRY's penalty grows with the repetition's length; 1 to 8.</summary>
    public float DryBase { get; init; } = 1.75f;

    /// <summary>Tokens that may repeat before DRY penalises; 1 to 1,024.</summary>
    public int DryAllowedLength { get; init; } = 2;

    /// <summary>Tokens that DRY looks back on; 0 to 65,536, or <see cref="WholeContext"/>.</summary>
    public int DryWindow { get; init; } = 4_096;

    /// <summary>Texts over which DRY follows no repetition; at most 16 of at most 40 characters.</summary>
    public IReadOnlyList<string> DryBreakers { get; init; } = UsualBreakers;

    /// <summary>1 switches it off.</summary>
    public float RepeatPenalty { get; init; } = 1f;

    public float PresencePenalty { get; init; }

    public float FrequencyPenalty { get; init; }

    /// <summary>Tokens that the penalties look back on; 0 to 4,096, or <see cref="WholeContext"/>.</summary>
    public int PenaltyWindow { get; init; } = 64;

    /// <summary>True when counts of earlier tokens matter.</summary>
    public bool Penalises => PenaltyWindow != 0 && (RepeatPenalty != 1 || FrequencyPenalty != 0 || PresencePenalty != 0);

    /// <summary>True when repetitions of earlier tokens matter.</summary>
    public bool Dries => DryMultiplier != 0 && DryWindow != 0;

    /// <summary>How many earlier tokens matter.</summary>
    public int LookBack => Math.Max(Penalises ? PenaltyWindow : 0, Dries ? DryWindow : 0);
}
