using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Platform.ModelHost.Client.Http;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client;

/// <summary>Chat with any OpenAI-compatible service. Streaming is the only implementation; the whole answer is its fold.</summary>
/// <remarks>
/// What the model writes is untrusted. A stream that ends without its `[DONE]`, or with an error, throws StreamBroken after the text that did arrive.
/// Queue position, prompt progress and timings come as additional properties of updates: see <see cref="ChatUpdateKeys"/>.
/// </remarks>
internal sealed class HttpChatClient(ModelHostHttp http, ServedModels models) : IChatClient
{
    private const string QueuedComment = "queued position=";

    private readonly ChatClientMetadata _metadata = new("modelhost", http.Endpoint);

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var model = options?.ModelId ?? (await models.ChatModelAsync(cancellationToken)).Id;
        using var events = await OpenAsync(ChatRequestBody.Of(model, messages, options), cancellationToken);
        while (true)
        {
            var item = await ReadAsync(events);
            if (item.IsComment)
            {
                if (QueuePosition(item.Text) is { } position)
                {
                    yield return Update((ChatUpdateKeys.QueuePosition, position));
                }
            }
            else if (item.Text == "[DONE]")
            {
                yield break;
            }
            else
            {
                foreach (var update in ChatUpdates.Of(Parse(item.Text)))
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

    private async Task<EventSource> OpenAsync(JsonObject body, CancellationToken cancellation)
    {
        try
        {
            return await http.StreamAsync("/v1/chat/completions", body, cancellation);
        }
        catch (ModelHostException)
        {
            models.Forget();
            throw;
        }
    }

    private async ValueTask<SseItem> ReadAsync(EventSource events)
    {
        try
        {
            return await events.NextAsync();
        }
        catch (ModelHostException)
        {
            models.Forget(); // it may come back with other models
            throw;
        }
    }

    private static ChatChunkBody Parse(string data)
    {
        ChatChunkBody? chunk;
        try
        {
            chunk = JsonSerializer.Deserialize(data, ClientJson.Default.ChatChunkBody);
        }
        catch (JsonException ex)
        {
            throw new ModelHostException(ModelHostErrorKind.StreamBroken, "The answer broke off: the model service sent an event that is not JSON.", ex);
        }

        return chunk switch
        {
            null => throw ModelHostErrors.Cut(null),
            { Error: { } error } => throw ModelHostErrors.InStream(error),
            _ => chunk,
        };
    }

    private static int? QueuePosition(string comment) =>
        comment.StartsWith(QueuedComment, StringComparison.Ordinal) && int.TryParse(comment.AsSpan(QueuedComment.Length), out var position) ? position : null;

    private static ChatResponseUpdate Update((string Key, object Value) property) =>
        new() { AdditionalProperties = new AdditionalPropertiesDictionary { [property.Key] = property.Value } };
}
