using Platform.ModelHost.Client.Admin.Tuning;
using Platform.Web.Features.Training;

namespace Platform.Web.Tests.Training;

/// <summary>The list of jobs grows beyond what is read each time.</summary>
public sealed class KnownJobsTests
{
    [Fact]
    public async Task Old_jobs_stay_in_the_list_while_the_newest_are_read_anew()
    {
        List<TuningJob> kept = [.. Enumerable.Range(0, 500).Select(n => Job($"ftjob-{500 - n}", TuningStatus.Succeeded))];
        List<int> asked = [];
        KnownJobs list = new();
        await ReadAsync();
        Assert.Equal(KnownJobs.Newest, list.Jobs!.Count); // what is seen first is there at once
        await ReadAsync();
        Assert.Equal(kept, list.Jobs);

        kept.Insert(0, Job("ftjob-501", TuningStatus.Running));
        kept.RemoveAt(3);
        kept[5] = Job(kept[5].Id, TuningStatus.Cancelled);
        await ReadAsync();
        Assert.Equal(kept, list.Jobs);
        Assert.Equal(KnownJobs.Newest, asked[^1]);

        kept.RemoveAt(400); // an old one, in another window
        while (asked[^1] == KnownJobs.Newest)
        {
            Assert.True(asked.Count < 100, "the old ones are read again now and then");
            await ReadAsync();
        }
        Assert.Equal(kept, list.Jobs);
        kept.RemoveRange(50, kept.Count - 50);
        await ReadAsync();
        Assert.Equal(kept, list.Jobs);

        Task ReadAsync() => list.ReadAsync(most =>
        {
            asked.Add(most);
            return Task.FromResult(new TuningPage<TuningJob>([.. kept.Take(most)], kept.Count > most));
        });
    }

    private static TuningJob Job(string id, TuningStatus status) => new(id, "seed", null, status, null, null, "file", null, [], 1, null, null, null, null);
}
