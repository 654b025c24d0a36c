namespace Platform.ModelHost.Engine.Generation;

/// <summary>Answers that wait for a slot, at most so many. Who has fewest running and waiting before it comes first, so that nobody's many requests delay another's one; among equals whose adapters have fewest, so that a popular set does not keep out another; then whose last turn is longest ago, then first come first served. Wakes the loop when there is something to do.</summary>
internal sealed class GenerationQueue(int limit, int slots, TimeProvider time)
{
    private readonly object gate = new();
    private readonly List<GenerationTicket> waiting = []; // in the order they came
    private readonly Shares users = new(), sets = new(); // by who asks, and by the adapters that are asked for
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
            if (waiting.Count == 0 || InOrder().FirstOrDefault(ticket => ticket.MayBegin) is not { } next) { return null; }
            waiting.Remove(next);
            users.Begin(next.Plan.User);
            sets.Begin(next.Plan.Adapters.Key);
            TellPositions(freeSlots: 0);
            return next;
        }
    }

    /// <summary>An answer that was taken has ended.</summary>
    /// <param name="plan">What was asked, by whom.</param>
    /// <param name="service">How long it ran; null when it did not end by itself.</param>
    internal void Done(GenerationPlan plan, TimeSpan? service)
    {
        lock (gate)
        {
            users.End(plan.User);
            sets.End(plan.Adapters.Key);
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

    /// <summary>Who waits, in the order in which they would begin: by the answers of the same user that run or wait before, then by those of the same adapters, then by whose last turn is longest ago (where there is one slot nobody runs when the next is chosen), then as they came.</summary>
    private IEnumerable<GenerationTicket> InOrder()
    {
        users.ForgetAhead();
        sets.ForgetAhead();
        var byUser = waiting.Select(ticket => (Ticket: ticket, Rank: users.Next(ticket.Plan.User))).ToArray().OrderBy(t => t.Rank).ThenBy(t => users.LastTurn(t.Ticket.Plan.User)); // stable
        return byUser.Select(t => (t.Ticket, t.Rank, OfSet: sets.Next(t.Ticket.Plan.Adapters.Key))).ToArray().OrderBy(t => t.Rank).ThenBy(t => t.OfSet).Select(t => t.Ticket);
    }

    /// <summary>A place that was told only falls: who is let past by somebody with fewer answers running keeps the number until it comes below it.</summary>
    private void TellPositions(int freeSlots)
    {
        var position = -freeSlots;
        foreach (var ticket in InOrder())
        {
            if (++position < 1 || (ticket.ToldPosition > 0 && position >= ticket.ToldPosition)) { continue; }
            ticket.ToldPosition = position;
            ticket.Tell(new GenerationQueued(position));
        }
    }
}
