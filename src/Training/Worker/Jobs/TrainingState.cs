using System.Text.Json.Serialization;
using Platform.Training.Optimise;

namespace Platform.Training.Jobs;

/// <summary>Where a job stands, weights apart. Together with the job's files it decides everything that follows.</summary>
public sealed record TrainingState
{
    /// <summary>The last step that is behind; the cursor in the rows and in all random numbers.</summary>
    public int Step { get; init; }

    /// <summary>Steps that changed the weights: the optimiser's count.</summary>
    public int Taken { get; init; }

    public long TrainedTokens { get; init; }

    public LossScale Scale { get; init; } = new();

    public LossWatch Watch { get; init; } = new();

    /// <summary>Steps that are left out: the bad ones, and those after which the weights had to be put back.</summary>
    public IReadOnlyList<int> Skipped { get; init; } = [];

    /// <summary>How many of them were bad themselves.</summary>
    public int Bad { get; init; }

    /// <summary>Bad steps one after the other, up to <see cref="Step"/>.</summary>
    public int BadInARow { get; init; }

    /// <summary>How often the weights were put back to a checkpoint.</summary>
    public int Rollbacks { get; init; }

    /// <summary>The step of the last checkpoint that was due, to which the weights are put back; one that a pause wrote is none, for where a job was paused must not decide what it becomes.</summary>
    public int Scheduled { get; init; }

    /// <summary>The lowest evaluation loss, and the step after which it was measured; null before the first evaluation.</summary>
    public double? BestLoss { get; init; }

    public int BestStep { get; init; }

    /// <summary>The loss of the last evaluation that was a fall; null before the first.</summary>
    public double? LastFall { get; init; }

    /// <summary>Evaluations since then.</summary>
    public int Waited { get; init; }

    /// <summary>The job was paused in the evaluation that was due after <see cref="Step"/>: it is made before anything else.</summary>
    public bool IsUnevaluated { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CheckpointHeader))]
internal sealed partial class StateJson : JsonSerializerContext;
