using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Platform.ModelHost.Engine.Generation;

/// <summary>The events of one request on their way to its one reader. A reader that is slow gets longer texts, never a fuller channel; the loop never waits for it.</summary>
internal sealed class EventOutbox(int candidates)
{
    private const int EventsKept = 64;

    private readonly Channel<GenerationEvent> events = Channel.CreateBounded<GenerationEvent>(new BoundedChannelOptions(EventsKept) { SingleReader = true, SingleWriter = false, FullMode = BoundedChannelFullMode.Wait });
    private readonly List<GenerationTicket> unsent = []; // over, and the channel did not take all of it
    private int running = candidates;
    private Exception? failure;
    private volatile bool cancelled;

    internal bool Cancelled => cancelled;

    /// <summary>False while the reader lags; then what would be sent is better gathered.</summary>
    internal bool HasRoom => events.Reader.Count < EventsKept;

    internal void Cancel() => cancelled = true;

    /// <returns>False when the reader lags.</returns>
    internal bool TrySend(GenerationEvent news) => events.Writer.TryWrite(news);

    /// <summary>A ticket will write no more.</summary>
    internal void End(GenerationTicket ticket, bool allSent)
    {
        lock (unsent)
        {
            if (!allSent) { unsent.Add(ticket); }
            if (--running == 0) { events.Writer.TryComplete(); }
        }
    }

    /// <summary>A ticket failed, and the request with it.</summary>
    internal void Fail(GenerationTicket ticket, Exception fault)
    {
        lock (unsent)
        {
            if (failure is null) { unsent.Add(ticket); }
            failure ??= fault;
            cancelled = true; // the other candidates are of no use any more
            events.Writer.TryComplete();
        }
    }

    /// <summary>Everything in order.</summary>
    internal async IAsyncEnumerable<GenerationEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var news in events.Reader.ReadAllAsync(cancellation))
        {
            cancellation.ThrowIfCancellationRequested(); // the channel itself hands out what it holds
            yield return news;
        }
        cancellation.ThrowIfCancellationRequested();
        foreach (var ticket in Left())
        {
            foreach (var news in ticket.Unsent()) { yield return news; }
        }
        if (failure is not null) { throw failure is EngineException e ? Renewed(e) : failure; }
    }

    private GenerationTicket[] Left()
    {
        lock (unsent) { return [.. unsent]; }
    }

    // Thrown on the reader's thread, so that the stack says who asked.
    private static EngineException Renewed(EngineException e) => new(e.Kind, e.Message, e.InnerException) { PromptTokens = e.PromptTokens, ContextTokens = e.ContextTokens, RetryAfter = e.RetryAfter, Parameter = e.Parameter };
}
