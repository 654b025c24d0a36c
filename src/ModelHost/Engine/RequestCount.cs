namespace Platform.ModelHost.Engine;

/// <summary>Requests for text, vectors and scores, those that wait among them: whoever works in the background gives way to all of them alike.</summary>
internal sealed class RequestCount
{
    private int running;
    private long begun;

    /// <summary>Requests that have not ended.</summary>
    internal int Running => Volatile.Read(ref running);

    /// <summary>Requests since the engine started. One that is over before anybody looks shows in this.</summary>
    internal long Begun => Interlocked.Read(ref begun);

    /// <summary>Counts one until it is disposed of.</summary>
    internal IDisposable Begin()
    {
        Interlocked.Increment(ref running);
        Interlocked.Increment(ref begun);
        return new Counted(this);
    }

    private sealed class Counted(RequestCount count) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref count.running);
    }
}
