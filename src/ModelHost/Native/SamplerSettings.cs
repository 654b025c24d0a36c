namespace Platform.ModelHost.Native;

/// <summary>A sampler chain. Its parts stand in llama.cpp's order: penalties, DRY, top-n-sigma, top-k, typical, top-p, min-p, XTC, temperature, draw. Temperature 0 takes the likeliest token.</summary>
public sealed record SamplerSettings
{
    public uint Seed { get; init; }

    public float Temperature { get; init; }

    public int TopK { get; init; }

    public float TopP { get; init; } = 1;

    public float MinP { get; init; }

    public float TypicalP { get; init; } = 1;

    public float TopNSigma { get; init; }

    /// <summary>0 off, 1 and 2 the versions; takes the place of all that cuts the tail.</summary>
    public int Mirostat { get; init; }

    public float MirostatTau { get; init; } = 5;

    public float MirostatEta { get; init; } = 0.1f;

    public float XtcProbability { get; init; }

    public float XtcThreshold { get; init; } = 0.1f;

    public float DryMultiplier { get; init; }

    public float DryBase { get; init; } = 1.75f;

    public int DryAllowedLength { get; init; } = 2;

    public int DryWindow { get; init; }

    public IReadOnlyList<string> DryBreakers { get; init; } = [];

    public float RepeatPenalty { get; init; } = 1;

    public float FrequencyPenalty { get; init; }

    public float PresencePenalty { get; init; }

    public int PenaltyWindow { get; init; }

    /// <summary>True when counts of earlier tokens matter.</summary>
    public bool Penalises => PenaltyWindow != 0 && (RepeatPenalty != 1 || FrequencyPenalty != 0 || PresencePenalty != 0);

    /// <summary>True when repetitions of earlier tokens matter.</summary>
    public bool Dries => DryMultiplier != 0 && DryWindow != 0;

    /// <summary>How many earlier tokens matter.</summary>
    public int LookBack => Math.Max(Penalises ? PenaltyWindow : 0, Dries ? DryWindow : 0);
}
