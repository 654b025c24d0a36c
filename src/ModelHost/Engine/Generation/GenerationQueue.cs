namespace Platform.ModelHost.Engine.Generation;

/// <summary>Requests that wait for a slot, first come first served, at most so many. Wakes the loop when there is something to do.</summary>
internal sealed class GenerationQueue(int limit, TimeProvider time)
{
    private readonly object gate = new();
    private readonly LinkedList<GenerationTicket> waiting = new();
    private TimeSpan averageService = TimeSpan.FromSeconds(1);
    private bool attention;
    private bool closed;

    internal int Count
    {
        get { lock (gate) { return waiting.Count; } }
    }

    /// <summary>Takes a request in or refuses it at once. Slots that are free do not count against the limit.</summary>
    /// <exception cref="EngineException">Kind QueueFull, with the time after which a place is likely.</exception>
    internal void Enqueue(GenerationTicket ticket, int freeSlots)
    {
        lock (gate)
        {
            if (closed) { throw new EngineException(EngineErrorKind.Failed, "The model service is stopping. Try again when it is back."); }
            if (waiting.Count >= limit + freeSlots)
            {
                var retry = TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(averageService.TotalSeconds), 1, 60));
                throw new EngineException(EngineErrorKind.QueueFull, $"{waiting.Count} requests wait already and {limit} is the most. Try again in {retry.TotalSeconds:0} s, or raise Engine:QueueLimit.") { RetryAfter = retry };
            }
            waiting.AddLast(ticket);
            if (waiting.Count > freeSlots) { ticket.Tell(new GenerationQueued(waiting.Count - freeSlots)); }
            Wake();
        }
    }

    /// <summary>The next request that is still wanted, or null.</summary>
    internal GenerationTicket? TryTake()
    {
        lock (gate)
        {
            while (waiting.First is { } first)
            {
                waiting.RemoveFirst();
                if (first.Value.Cancelled) { continue; }
                TellPositions();
                return first.Value;
            }
            return null;
        }
    }

    /// <summary>Gives up a request, waiting or running; the loop sees to it before its next step.</summary>
    internal void Cancel(GenerationTicket ticket)
    {
        ticket.Cancel();
        lock (gate)
        {
            if (waiting.Remove(ticket)) { TellPositions(); }
            Wake();
        }
    }

    internal void Served(TimeSpan service)
    {
        lock (gate) { averageService = 0.8 * averageService + 0.2 * service; }
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

    internal bool IsClosed
    {
        get { lock (gate) { return closed; } }
    }

    /// <summary>Takes no more and hands back who waited.</summary>
    internal IReadOnlyList<GenerationTicket> Close()
    {
        lock (gate)
        {
            closed = true;
            var left = waiting.ToArray();
            waiting.Clear();
            Wake();
            return left;
        }
    }

    internal long Now => time.GetTimestamp();

    private void Wake()
    {
        attention = true;
        Monitor.Pulse(gate);
    }

    private void TellPositions()
    {
        var position = 0;
        foreach (var ticket in waiting) { ticket.Tell(new GenerationQueued(++position)); }
    }
}
