using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Admin.Tuning;

namespace Platform.Web.Features.Training;

/// <summary>What is known of a job: it grows while the job's stream is followed, and goes on after the last event that was heard.</summary>
public sealed class JobWatch(string id)
{
    private const int MostEvents = 10_000; // of a page

    private readonly SortedDictionary<int, TuningMetrics> steps = [];
    private readonly List<TuningEvent> said = [];
    private string? last;

    /// <summary>Null until it was heard of.</summary>
    public TuningJob? Job { get; private set; }

    /// <summary>The numbers of each step, the first first; step 0 is the base.</summary>
    public IReadOnlyList<TuningMetrics> Steps => [.. steps.Values];

    /// <summary>What was said, the first first.</summary>
    public IReadOnlyList<TuningEvent> Said => said;

    /// <summary>Grows with each piece of news.</summary>
    public int News { get; private set; }

    /// <summary>The newest step.</summary>
    public TuningMetrics? Latest => steps.Count > 0 ? steps.Values.Last() : null;

    /// <summary>A number as it was told last; not every step tells all of them. Null where none did.</summary>
    public double? Known(Func<TuningMetrics, double?> number) => steps.Values.Reverse().Select(number).FirstOrDefault(value => value is not null);

    /// <summary>Whether a job that ends now has learned something to keep. A trainer that runs saves what it has, and so does a runner elsewhere; one that was killed or waits goes on from its last checkpoint.</summary>
    public bool CanKeep(bool hasCheckpoints) => Job is { Status: TuningStatus.Running } or { Trainer: not "builtin" } ? Math.Max(Latest?.Step ?? 0, Job.Progress.Step) > 0 : hasCheckpoints;

    /// <summary>The lowest evaluation loss until now, the base's among them; null before the first evaluation.</summary>
    public double? BestValidLoss => steps.Values.Select(step => step.ValidLoss).Append(Job?.Progress.BestValidLoss).Min();

    /// <summary>How often it was evaluated; checkpoints are kept then.</summary>
    public int Evaluations => steps.Values.Count(step => step.ValidLoss is not null);

    /// <summary>Whether what was learned was evaluated once, and so kept as a checkpoint.</summary>
    public bool HasLearned => steps.Values.Any(step => step is { Step: > 0, ValidLoss: not null });

    /// <summary>The base's evaluation loss.</summary>
    public double? BaseValidLoss => Job?.Progress.BaseValidLoss ?? steps.GetValueOrDefault(0)?.ValidLoss;

    /// <summary>Until the job has ended. ModelHostException when the service goes away: it may be called again.</summary>
    public async Task FollowAsync(FineTuning tuning, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(tuning);
        await foreach (var news in tuning.FollowAsync(id, last, cancellation))
        {
            Take(news);
        }
    }

    /// <summary>What has happened until now, without waiting for more.</summary>
    public async Task ReadAsync(FineTuning tuning, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(tuning);
        Know(await tuning.GetAsync(id, cancellation));
        for (var more = true; more;)
        {
            var page = await tuning.EventsAsync(id, last, MostEvents, oldestFirst: true, cancellation);
            foreach (var one in page.Items)
            {
                Take(new TuningNews(one, null));
            }
            more = page.HasMore && page.Items.Count > 0;
        }
    }

    /// <summary>The job as it stands after it was steered.</summary>
    public void Know(TuningJob job)
    {
        Job = job;
        News++;
    }

    /// <summary>A piece of news.</summary>
    internal void Take(TuningNews news)
    {
        if (news.Job is { } job)
        {
            Know(job);
        }
        if (news.Event is not { } one)
        {
            return;
        }
        (last, News) = (one.Id, News + 1);
        if (one.Data is { } data)
        {
            foreach (var given in steps.Keys.Where(step => step > data.Step).ToList())
            {
                steps.Remove(given); // the job was taken back to an earlier step: those are done anew, or never
            }
            steps[data.Step] = data with { At = one.CreatedAt };
        }
        else
        {
            said.Add(one);
        }
    }
}
