namespace Platform.ModelHost.Server.FineTuning;

/// <summary>Where training jobs live and what they may take. Bound from `Training`.</summary>
public sealed class TrainingOptions
{
    private const int MostParallel = 8, MostThreads = 256, MostMeasured = 1_000;

    /// <summary>Folder of uploaded files and jobs; null for none, and nothing is trained here.</summary>
    public string? Directory { get; set; }

    /// <summary>The training program; null looks beside this one.</summary>
    public string? Program { get; set; }

    /// <summary>Trainers at a time, 1 to 8. Default 1.</summary>
    public int Parallel { get; set; } = 1;

    /// <summary>Threads of a trainer, 1 to 256; 0, the default, takes half the cores. With one a job gives the same weights to the bit each time.</summary>
    public int Threads { get; set; }

    /// <summary>Most bytes of an uploaded file. Default 512 MiB.</summary>
    public long MaxFileBytes { get; set; } = 512L << 20;

    /// <summary>Most bytes of all uploaded files together. Default 16 GiB.</summary>
    public long MaxTotalBytes { get; set; } = 16L << 30;

    /// <summary>How long no request may run before a trainer that was held goes on. Default 0.5 s.</summary>
    public TimeSpan Calm { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>How long a trainer is held at most while requests run without end, before it computes for half a second all the same; 0 holds it as long as they run. 0 to 1 hour, default 30 s.</summary>
    public TimeSpan LongestHold { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long nothing may be heard of a runner elsewhere before it is held to be gone, 1 s to 1 hour. Default 30 s.</summary>
    public TimeSpan RunnerPatience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Held-out rows that the base and the adapter are asked at the end of a job, 0 to 1,000. Default 32.</summary>
    public int MeasuredRows { get; set; } = 32;

    /// <summary>The most that an adapter's loss on held-out rows may be of its base's, for it to be put into production without a reason; 0.01 to 100. Default 1.</summary>
    public double MostLossRatio { get; set; } = 1;

    /// <summary>The same of the perplexity on a general text, which grows with what was forgotten. Default 1.5.</summary>
    public double MostPerplexityRatio { get; set; } = 1.5;

    /// <summary>The same of the share of golden questions that are answered wrongly, where a job names such questions. Default 1.</summary>
    public double MostGoldenRatio { get; set; } = 1;

    /// <summary>Why these options cannot be run with, or null.</summary>
    public string? Refusal() => this switch
    {
        { Parallel: < 1 or > MostParallel } => $"Training:Parallel is {Parallel}; it must be 1 to {MostParallel}.",
        { Threads: < 0 or > MostThreads } => $"Training:Threads is {Threads}; it must be 0 to {MostThreads}.",
        { MaxFileBytes: <= 0 } => $"Training:MaxFileBytes is {MaxFileBytes}; it must be above zero.",
        { MaxTotalBytes: var total } when total < MaxFileBytes => $"Training:MaxTotalBytes is {MaxTotalBytes}; it must be at least Training:MaxFileBytes, {MaxFileBytes}.",
        { Calm: var calm } when calm < TimeSpan.Zero || calm > TimeSpan.FromHours(1) => $"Training:Calm is {Calm}; it must be 0 to 1 hour.",
        { LongestHold: var hold } when hold < TimeSpan.Zero || hold > TimeSpan.FromHours(1) => $"Training:LongestHold is {LongestHold}; it must be 0 to 1 hour.",
        { RunnerPatience: var patience } when patience < TimeSpan.FromSeconds(1) || patience > TimeSpan.FromHours(1) => $"Training:RunnerPatience is {RunnerPatience}; it must be 1 second to 1 hour.",
        { MeasuredRows: < 0 or > MostMeasured } => $"Training:MeasuredRows is {MeasuredRows}; it must be 0 to {MostMeasured}.",
        { MostLossRatio: not (>= 0.01 and <= 100) } => FormattableString.Invariant($"Training:MostLossRatio is {MostLossRatio}; it must be 0.01 to 100."),
        { MostPerplexityRatio: not (>= 0.01 and <= 100) } => FormattableString.Invariant($"Training:MostPerplexityRatio is {MostPerplexityRatio}; it must be 0.01 to 100."),
        { MostGoldenRatio: not (>= 0.01 and <= 100) } => FormattableString.Invariant($"Training:MostGoldenRatio is {MostGoldenRatio}; it must be 0.01 to 100."),
        _ => null,
    };
}
