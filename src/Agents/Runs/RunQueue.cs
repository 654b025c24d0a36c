namespace Platform.Agents.Runs;

/// <summary>The runs that wait for a place. People take turns, a run each; who asks first after a while takes part from the turn that is on. Not safe for several threads.</summary>
/// <remarks>Start-time fair queueing: Goyal, Vin and Cheng, 1996, with every run as long as any other.</remarks>
internal sealed class RunQueue
{
    private readonly List<LiveRun> waiting = [];
    private readonly Dictionary<string, long> nextTurns = []; // of people who are ahead of the turn that is on
    private long turn;

    public int Count => waiting.Count;

    /// <summary>How many of a person's runs wait.</summary>
    public int CountOf(string userId) => waiting.Count(run => OwnerOf(run) == userId);

    public void Add(LiveRun run) => waiting.Add(run);

    /// <summary>False where it does not wait (any more).</summary>
    public bool Remove(LiveRun run) => waiting.Remove(run);

    /// <summary>All that wait, the next first.</summary>
    public IReadOnlyList<LiveRun> InOrder() => [.. Turns().Select(one => one.Run)];

    /// <summary>Takes the next one out; null where none waits.</summary>
    public LiveRun? Take()
    {
        if (waiting.Count == 0)
            return null;
        (var next, turn) = Turns().First();
        waiting.Remove(next);
        nextTurns[OwnerOf(next)] = turn + 1;
        foreach (var (person, theirs) in nextTurns)
            if (theirs <= turn)
                nextTurns.Remove(person);
        return next;
    }

    /// <summary>Takes all out, in the order in which they came.</summary>
    public IReadOnlyList<LiveRun> TakeAll()
    {
        LiveRun[] left = [.. waiting];
        waiting.Clear();
        return left;
    }

    private static string OwnerOf(LiveRun run) => run.Question.Caller.UserId;

    private IEnumerable<(LiveRun Run, long Turn)> Turns()
    {
        Dictionary<string, long> next = new(nextTurns);
        List<(LiveRun Run, long Turn)> all = [];
        foreach (var run in waiting)
        {
            var its = Math.Max(turn, next.GetValueOrDefault(OwnerOf(run)));
            next[OwnerOf(run)] = its + 1;
            all.Add((run, its));
        }
        return all.OrderBy(one => one.Turn); // stable: of one turn, in the order in which they came
    }
}
