using Platform.ModelHost.Client.Admin.Tuning;

namespace Platform.Web.Features.Training;

/// <summary>The jobs that are kept, read again and again: the newest each time, which are those that change, and all of them now and then.</summary>
public sealed class KnownJobs
{
    /// <summary>How many are read each time.</summary>
    public const int Newest = 200;

    // As many as the service keeps; and after how many looks all of them are read.
    private const int Kept = 10_000, AllEvery = 30;

    private int looks;

    /// <summary>The newest first; null until they were read.</summary>
    public IReadOnlyList<TuningJob>? Jobs { get; private set; }

    /// <param name="list">Lists so many of the newest. What it throws is the caller's.</param>
    public async Task ReadAsync(Func<int, Task<TuningPage<TuningJob>>> list)
    {
        ArgumentNullException.ThrowIfNull(list);
        var page = await list(looks % AllEvery == 1 && Jobs?.Count >= Newest ? Kept : Newest); // what is seen first is there at once
        looks++;
        Jobs = page is { HasMore: true, Items: [.., var last] } ? [.. page.Items, .. (Jobs ?? []).SkipWhile(job => job.Id != last.Id).Skip(1)] : page.Items;
    }
}
