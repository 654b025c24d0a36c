using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Platform.ModelHost.Client.Engines;
using Platform.ModelHost.Client.Http;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client;

/// <summary>Chat with any OpenAI-compatible service, on the engine that the pool chooses. Streaming is the only implementation; the whole answer is its fold.</summary>
/// <remarks>
/// What the model writes is untrusted. Calls of tools come whole, as FunctionCallContent with the end of the answer; who calls the functions and sends the results is the caller. A stream that ends without its `[DONE]`, or with an error, throws StreamBroken after the text that did arrive.
/// Requests of one ChatOptions.ConversationId go to one replica as long as it has room; the id itself is sent to nobody.
/// The engine's name, queue position, prompt progress and timings come as additional properties of updates: see <see cref="ChatUpdateKeys"/>.
/// </remarks>
internal sealed class HttpChatClient(EnginePool engines, ServedModels models) : IChatClient
{
    private const string QueuedComment = "queued position=";

    private readonly ChatClientMetadata _metadata = new("modelhost", engines.Engines[0].Http.Endpoint);

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var model = options?.ModelId ?? (await models.ChatModelAsync(cancellationToken)).Id;
        var asked = messages.ToList();
        var conversation = options?.ConversationId is { Length: > 0 } named ? Affinity.Of(named) : Affinity.Of(model, asked, options?.Instructions);
        var call = new EngineCall(model, conversation, [.. options?.AdditionalProperties?.Keys ?? []], ReleasedOnly: AskedBy.IsReleasedOnly(options));
        using var answer = await engines.StreamAsync(
            call, "/v1/chat/completions", lease => ChatRequestBody.By(ChatRequestBody.Of(lease.Target, asked, options), lease.Target, options, conversation), cancellationToken);
        var calls = new ToolCallFragments();
        while (true)
        {
            var item = await answer.NextAsync();
            if (item.IsComment)
            {
                if (QueuePosition(item.Text) is { } position)
                {
                    yield return Update((ChatUpdateKeys.QueuePosition, position));
                }
            }
            else if (item.Text == "[DONE]")
            {
                if (calls.Take() is { Count: > 0 } left) // a service that gave no reason for the end
                {
                    yield return new ChatResponseUpdate(ChatRole.Assistant, [.. left]);
                }

                answer.Succeeded();
                yield return Update((ChatUpdateKeys.Engine, answer.Engine));
                yield break;
            }
            else
            {
                var chunk = Parse(item.Text, answer);
                if (chunk.TellsOfAnswer)
                {
                    answer.Keep();
                }

                foreach (var update in ChatUpdates.Of(chunk, calls))
                {
                    yield return update;
                }
            }
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? _metadata
        : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
        // The connections belong to the container.
    }

    private static ChatChunkBody Parse(string data, EngineStream answer)
    {
        try
        {
            return EventBody.Read(data, ClientJson.Default.ChatChunkBody, chunk => chunk.Error is null);
        }
        catch (ModelHostException failure)
        {
            answer.Failed(failure);
            throw;
        }
    }

    private static int? QueuePosition(string comment) =>
        comment.StartsWith(QueuedComment, StringComparison.Ordinal) && int.TryParse(comment.AsSpan(QueuedComment.Length), out var position) ? position : null;

    private static ChatResponseUpdate Update((string Key, object Value) property) =>
        new() { AdditionalProperties = new AdditionalPropertiesDictionary { [property.Key] = property.Value } };
}
