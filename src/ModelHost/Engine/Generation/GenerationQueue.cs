namespace Platform.ModelHost.Engine.Generation;

/// <summary>Answers that wait for a slot, at most so many. Who has fewest running and waiting before it comes first, so that nobody's many requests delay another's one; among equals, first come first served. Wakes the loop when there is something to do.</summary>
internal sealed class GenerationQueue(int limit, int slots, TimeProvider time)
{
    private readonly object gate = new();
    private readonly List<GenerationTicket> waiting = []; // in the order they came
    private readonly Dictionary<string, int> running = new(StringComparer.Ordinal); // by user
    private readonly Dictionary<string, int> ahead = new(StringComparer.Ordinal); // by user, while ranks are counted
    private TimeSpan averageService = TimeSpan.FromSeconds(1);
    private bool attention;
    private bool closed;

    internal int Count
    {
        get { lock (gate) { return waiting.Count; } }
    }

    internal long Now => time.GetTimestamp();

    internal bool IsClosed
    {
        get { lock (gate) { return closed; } }
    }

    /// <summary>Takes a request in or refuses it at once. Slots that are free do not count against the limit.</summary>
    /// <exception cref="EngineException">Kind QueueFull, with the time after which a place is likely.</exception>
    internal void Enqueue(IReadOnlyList<GenerationTicket> candidates, int freeSlots)
    {
        lock (gate)
        {
            if (closed) { throw new EngineException(EngineErrorKind.Failed, "The model service is stopping. Try again when it is back."); }
            if (waiting.Count >= limit + freeSlots)
            {
                var retry = TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(averageService.TotalSeconds * waiting.Count / slots), 1, 60));
                throw new EngineException(EngineErrorKind.QueueFull, $"{waiting.Count} requests wait already and {limit} is the most. Try again in {retry.TotalSeconds:0} s, or raise Engine:QueueLimit.") { RetryAfter = retry };
            }
            waiting.AddRange(candidates);
            if (waiting.Count > freeSlots) { TellPositions(freeSlots); }
            Wake();
        }
    }

    /// <summary>The next answer that is still wanted and may begin, or null.</summary>
    internal GenerationTicket? TryTake()
    {
        lock (gate)
        {
            Drop(t => t.Cancelled);
            GenerationTicket? next = null;
            var best = int.MaxValue;
            ahead.Clear();
            foreach (var ticket in waiting)
            {
                var rank = Rank(ticket);
                if (rank < best && ticket.MayBegin) { (next, best) = (ticket, rank); }
            }
            if (next is null) { return null; }
            waiting.Remove(next);
            running[next.Plan.User] = running.GetValueOrDefault(next.Plan.User) + 1;
            TellPositions(freeSlots: 0);
            return next;
        }
    }

    /// <summary>An answer that was taken has ended.</summary>
    /// <param name="user">Who asked.</param>
    /// <param name="service">How long it ran; null when it did not end by itself.</param>
    internal void Done(string user, TimeSpan? service)
    {
        lock (gate)
        {
            if (running[user] == 1) { running.Remove(user); } else { running[user]--; }
            if (service is { } took) { averageService = 0.8 * averageService + 0.2 * took; }
        }
    }

    /// <summary>Gives up a request, waiting or running; the loop sees to it before its next step.</summary>
    internal void Cancel(EventOutbox request)
    {
        request.Cancel();
        lock (gate)
        {
            if (Drop(t => t.Outbox == request)) { TellPositions(freeSlots: 0); }
            Wake();
        }
    }

    /// <summary>Blocks the loop's thread until there may be something to do.</summary>
    /// <returns>False once the queue is closed.</returns>
    internal bool WaitForWork()
    {
        lock (gate)
        {
            while (!attention && !closed) { Monitor.Wait(gate); }
            attention = false;
            return !closed;
        }
    }

    /// <summary>Takes no more and hands back who waited.</summary>
    internal IReadOnlyList<GenerationTicket> Close()
    {
        lock (gate)
        {
            closed = true;
            var left = waiting.ToArray();
            waiting.Clear();
            foreach (var ticket in left) { ticket.Dispose(); }
            Wake();
            return left;
        }
    }

    private void Wake()
    {
        attention = true;
        Monitor.Pulse(gate);
    }

    private bool Drop(Predicate<GenerationTicket> unwanted) => waiting.RemoveAll(ticket =>
    {
        if (!unwanted(ticket)) { return false; }
        ticket.Dispose();
        return true;
    }) > 0;

    /// <summary>How many answers of the same user run or wait before it.</summary>
    private int Rank(GenerationTicket ticket)
    {
        var before = ahead.GetValueOrDefault(ticket.Plan.User);
        ahead[ticket.Plan.User] = before + 1;
        return before + running.GetValueOrDefault(ticket.Plan.User);
    }

    private void TellPositions(int freeSlots)
    {
        ahead.Clear();
        var position = -freeSlots;
        foreach (var ticket in waiting.Select(t => (Ticket: t, Rank: Rank(t))).ToArray().OrderBy(t => t.Rank).Select(t => t.Ticket)) // stable: equals as they came
        {
            if (++position < 1 || ticket.ToldPosition == position) { continue; }
            ticket.ToldPosition = position;
            ticket.Tell(new GenerationQueued(position));
        }
    }
}
