using System.Runtime.CompilerServices;
using Platform.Fakes;

namespace Platform.Agents.Tests;

/// <summary>A chat model that writes one text each time it is let.</summary>
internal sealed class Gate : IDisposable
{
    private readonly SemaphoreSlim steps = new(0);
    private int running, most;

    public bool WasCancelled { get; private set; }

    /// <summary>Most answers that were being written at once.</summary>
    public int MostAtOnce => most;

    public void Let(int count) => steps.Release(count);

    public ScriptedChatClient Chat(params string[] texts) => ScriptedChatClient.Writing((_, cancellation) => WriteAsync(texts, cancellation));

    private async IAsyncEnumerable<string> WriteAsync(string[] texts, [EnumeratorCancellation] CancellationToken cancellation)
    {
        most = Math.Max(most, Interlocked.Increment(ref running));
        try
        {
            foreach (var text in texts)
            {
                await steps.WaitAsync(cancellation);
                yield return text;
            }
        }
        finally
        {
            WasCancelled |= cancellation.IsCancellationRequested;
            Interlocked.Decrement(ref running);
        }
    }

    public void Dispose() => steps.Dispose();
}
