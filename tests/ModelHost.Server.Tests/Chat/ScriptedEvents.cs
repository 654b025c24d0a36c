using System.Runtime.CompilerServices;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Models;

namespace Platform.ModelHost.Server.Tests.Chat;

/// <summary>Events of an engine that are written down, for what a real model cannot be made to do on demand.</summary>
internal static class ScriptedEvents
{
    public static ModelInfo Model { get; } = new("m", true, false, true, "llama", 256, 256, 8, 1, 1, 100, 1, DateTimeOffset.UnixEpoch, "0123456789abcdef");

    public static GenerationFinished Finished { get; } = new(
        FinishReason.EndOfText, new GenerationUsage(10, 4, 3, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(30), 7)) { Ran = new ModelRun("m", Model.Sha256, []) };

    public static async IAsyncEnumerable<GenerationEvent> Of(params GenerationEvent[] events)
    {
        foreach (var step in events)
        {
            await Task.Yield();
            yield return step;
        }
    }

    public static async IAsyncEnumerable<GenerationEvent> Then(this IAsyncEnumerable<GenerationEvent> events, Exception failure, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var step in events.WithCancellation(cancellation))
        {
            yield return step;
        }

        throw failure;
    }

    /// <summary>Then waits to be released, or for its cancellation.</summary>
    public static async IAsyncEnumerable<GenerationEvent> ThenWait(this IAsyncEnumerable<GenerationEvent> events, TaskCompletionSource release, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var step in events.WithCancellation(cancellation))
        {
            yield return step;
        }

        await release.Task.WaitAsync(cancellation);
        yield return Finished;
    }
}
