using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Generation;

/// <summary>One request on its way: written by the loop, read by one reader. A reader that is slow gets longer texts, never a fuller channel; the loop never waits for it.</summary>
internal sealed class GenerationTicket(int[] prompt, int maxTokens, SamplerSettings sampler, IReadOnlyList<string> stops, long enqueuedAt)
{
    private const int EventsKept = 64;

    private readonly Channel<GenerationEvent> events = Channel.CreateBounded<GenerationEvent>(
        new BoundedChannelOptions(EventsKept) { SingleReader = true, SingleWriter = false, FullMode = BoundedChannelFullMode.Wait });

    private readonly StringBuilder unsent = new(); // bounded by the context's length
    private GenerationFinished? finished;
    private Exception? failure;
    private volatile bool cancelled;

    internal int[] Prompt { get; } = prompt;

    internal int MaxTokens { get; } = maxTokens;

    internal SamplerSettings Sampler { get; } = sampler;

    internal IReadOnlyList<string> Stops { get; } = stops;

    internal long EnqueuedAt { get; } = enqueuedAt;

    internal bool Cancelled => cancelled;

    internal void Cancel() => cancelled = true;

    /// <summary>Tells something that may be left out when the reader lags: position, progress.</summary>
    internal void Tell(GenerationEvent news) => events.Writer.TryWrite(news);

    internal void Send(string text)
    {
        unsent.Append(text);
        if (unsent.Length > 0 && events.Writer.TryWrite(new GeneratedText(unsent.ToString()))) { unsent.Clear(); }
    }

    internal void Finish(GenerationFinished end)
    {
        finished = end;
        events.Writer.TryComplete();
    }

    internal void Fail(Exception fault)
    {
        failure = fault;
        events.Writer.TryComplete();
    }

    /// <summary>Everything in order. The writer stops writing before it completes the channel, so what is left is read safely after it.</summary>
    internal async IAsyncEnumerable<GenerationEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var news in events.Reader.ReadAllAsync(cancellation))
        {
            cancellation.ThrowIfCancellationRequested(); // the channel itself hands out what it holds
            yield return news;
        }
        cancellation.ThrowIfCancellationRequested();
        if (unsent.Length > 0) { yield return new GeneratedText(unsent.ToString()); }
        if (failure is not null) { throw failure is EngineException e ? Renewed(e) : failure; }
        yield return finished ?? throw new EngineException(EngineErrorKind.Failed, "A request ended without a result. This is a bug.");
    }

    // Thrown on the reader's thread, so that the stack says who asked.
    private static EngineException Renewed(EngineException e) => new(e.Kind, e.Message, e.InnerException) { PromptTokens = e.PromptTokens, ContextTokens = e.ContextTokens, RetryAfter = e.RetryAfter, Parameter = e.Parameter };
}
