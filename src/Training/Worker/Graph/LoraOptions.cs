namespace Platform.Training.Graph;

/// <summary>The shape of an adapter: W x becomes W x + alpha/rank · B (A x).</summary>
public sealed record LoraOptions
{
    private const int Step = 16, MostRank = 512;

    /// <summary>A multiple of 16 up to 512: the fast kernels take 16 at a time. Default 16.</summary>
    public int Rank { get; init; } = Step;

    /// <summary>Above 0; default 32.</summary>
    public float Alpha { get; init; } = 2 * Step;

    /// <summary>Share of the inputs that each projection's A does not see in a micro-batch; 0 to below 1, default 0.</summary>
    public float Dropout { get; init; }

    /// <summary>Which projections are changed; default all.</summary>
    public IReadOnlyList<Projection> Targets { get; init; } = ProjectionNames.All;

    /// <summary>Changes only so many layers, counted from the last; 0, the default, changes all.</summary>
    public int LastLayers { get; init; }

    internal float Scale => Alpha / Rank;

    /// <exception cref="TrainingException">A number is out of its range.</exception>
    internal LoraOptions Checked(int layers)
    {
        if (Rank < Step || Rank > MostRank || Rank % Step != 0) { throw Refused($"lora.rank is {Rank}; it must be a multiple of {Step} up to {MostRank}."); }
        if (!(Alpha > 0) || !float.IsFinite(Alpha)) { throw Refused($"lora.alpha is {Alpha}; it must be above 0."); }
        if (!(Dropout >= 0 && Dropout < 1)) { throw Refused($"lora.dropout is {Dropout}; it must be 0 to below 1."); }
        if (Targets.Count == 0 || Targets.Distinct().Count() != Targets.Count) { throw Refused("lora.targets must name at least one projection, each once."); }
        if (LastLayers < 0 || LastLayers > layers) { throw Refused($"lora.last_layers is {LastLayers}; the model has {layers} layers."); }
        return this;
    }

    private static TrainingException Refused(string why) => new(TrainingFault.Job, why);
}
