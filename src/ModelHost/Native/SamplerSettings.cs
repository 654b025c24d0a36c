namespace Platform.ModelHost.Native;

/// <summary>A sampler chain, in llama.cpp's order: penalties, top-k, top-p, min-p, temperature, draw. Temperature 0 takes the likeliest token.</summary>
public sealed record SamplerSettings(
    uint Seed, float Temperature, int TopK, float TopP, float MinP, float RepeatPenalty, float FrequencyPenalty, float PresencePenalty, int PenaltyWindow)
{
    /// <summary>True when earlier tokens count.</summary>
    public bool Penalises => PenaltyWindow != 0 && (RepeatPenalty != 1 || FrequencyPenalty != 0 || PresencePenalty != 0);
}
