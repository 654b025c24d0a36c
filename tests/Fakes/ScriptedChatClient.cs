using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Platform.Fakes;

/// <summary>A chat client that does what its script says: each text is one streamed update.</summary>
public sealed class ScriptedChatClient(Func<IReadOnlyList<ChatMessage>, CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> script) : IChatClient
{
    /// <summary>The messages of each call so far.</summary>
    public ConcurrentQueue<IReadOnlyList<ChatMessage>> Requests { get; } = [];

    /// <summary>The options of each call so far.</summary>
    public ConcurrentQueue<ChatOptions?> Options { get; } = [];

    /// <summary>Says the same each time.</summary>
    public static ScriptedChatClient Saying(params string[] deltas) =>
        new((_, cancellation) => SayAsync(deltas.ToAsyncEnumerable(), cancellation));

    /// <summary>Says what the callback yields; it may wait, or throw.</summary>
    public static ScriptedChatClient Writing(Func<IReadOnlyList<ChatMessage>, CancellationToken, IAsyncEnumerable<string>> script) =>
        new((messages, cancellation) => SayAsync(script(messages, cancellation), cancellation));

    /// <summary>Takes one decision a call, in order, and then the last again and again: a text, or a call of a tool.</summary>
    public static ScriptedChatClient Deciding(params AIContent[] decisions)
    {
        var taken = -1;
        return Deciding(_ => [decisions[Math.Min(Interlocked.Increment(ref taken), decisions.Length - 1)]]);
    }

    /// <summary>Decides by what it is sent.</summary>
    public static ScriptedChatClient Deciding(Func<IReadOnlyList<ChatMessage>, IReadOnlyList<AIContent>> decide) => new((messages, _) => DecideAsync(decide(messages)));

    /// <summary>A call of a tool, with arguments such as new { query = "leave" }.</summary>
    public static FunctionCallContent Call(string tool, object? arguments = null) =>
        new("call", tool, JsonSerializer.SerializeToElement(arguments ?? new { }).EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value));

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ChatMessage[] sent = [.. messages];
        Requests.Enqueue(sent);
        Options.Enqueue(options);
        return script(sent, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose() => GC.SuppressFinalize(this);

    private static async IAsyncEnumerable<ChatResponseUpdate> DecideAsync(IReadOnlyList<AIContent> contents)
    {
        foreach (var content in contents)
        {
            await Task.Yield();
            yield return new ChatResponseUpdate(ChatRole.Assistant, [content]);
        }
        yield return new ChatResponseUpdate { Contents = [new UsageContent(new UsageDetails { InputTokenCount = 100, CachedInputTokenCount = 60, OutputTokenCount = 20 })] };
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> SayAsync(IAsyncEnumerable<string> deltas, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var delta in deltas.WithCancellation(cancellation))
            yield return new ChatResponseUpdate(ChatRole.Assistant, delta);
        yield return new ChatResponseUpdate { Contents = [new UsageContent(new UsageDetails { InputTokenCount = 100, OutputTokenCount = 20 })] };
    }
}
