using Platform.Training.Graph;
using Platform.Training.Jobs;

namespace Platform.Training.Tests.Jobs;

/// <summary>Names and numbers that stand in files of jobs. Append only.</summary>
public sealed class StoredValuesTests
{
    [Fact]
    public void The_words_of_job_and_progress_files_are_pinned()
    {
        Assert.Equal("Running Paused Cancelled Succeeded Failed", Words<JobState>());
        Assert.Equal("Model Job Data Checkpoint Numbers Export Base Space Memory", Words<TrainingFault>());
        Assert.Equal("Supervised Pretraining Dpo", Words<TrainingMethod>());
        Assert.Equal("Cpu Gpu", Words<TrainingDevice>());
        Assert.Equal("Fast Exact", Words<Precision>());
        Assert.Equal("q k v o gate up down", string.Join(' ', ProjectionNames.All.Select(ProjectionNames.Name)));
    }

    /// <summary>A job that goes on draws the same numbers as the version that began it.</summary>
    [Fact]
    public void The_random_numbers_of_a_job_are_pinned()
    {
        var random = RandomStream.At(42, RandomStream.Purpose.Order, 3);
        Assert.Equal("Weights=1 Order=2 Dropout=3", string.Join(' ', Enum.GetValues<RandomStream.Purpose>().Select(p => $"{p}={(ulong)p}")));
        Assert.Equal([870_542, 26_676, 629_894], Enumerable.Range(0, 3).Select(_ => random.NextBelow(1_000_000)));
        Assert.InRange(random.NextShare(), 0, 1);
    }

    private static string Words<T>() where T : struct, Enum => string.Join(' ', Enum.GetNames<T>());
}
