namespace Platform.Training.Optimise;

/// <summary>What the loss is multiplied by, so that small gradients survive in short numbers: halved when the gradient overflows, doubled after a long time without.</summary>
public sealed record LossScale
{
    private const float Most = 65_536, Least = 1;
    private const int Patience = 200;

    public float Value { get; init; } = 1_024;

    /// <summary>Steps since it last changed.</summary>
    public int Calm { get; init; }

    /// <summary>It cannot be lowered: an overflow is then no matter of the scale.</summary>
    public bool IsLeast => Value <= Least;

    public LossScale AfterOverflow() => new() { Value = Math.Max(Least, Value / 2) };

    public LossScale AfterStep() => Calm + 1 < Patience || Value >= Most ? this with { Calm = Math.Min(Calm + 1, Patience) } : new LossScale { Value = Value * 2 };
}
