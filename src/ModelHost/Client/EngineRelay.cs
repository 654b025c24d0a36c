using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Platform.ModelHost.Client.Engines;
using Platform.ModelHost.Client.Http;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client;

/// <summary>An event of a relayed stream: its data as the engine wrote it and its name, if it has one; or a comment.</summary>
public readonly record struct RelayedItem(string Text, bool IsComment, string? Event)
{
    /// <summary>The engine says itself that it failed; nothing follows.</summary>
    public bool IsFailure => Event is "error" or "response.failed" || (!IsComment && Text.Contains("\"error\"", StringComparison.Ordinal) && TellsError(Text));

    /// <summary>The whole answer is there. Chat completions say so in their data, the other two APIs in the last event's name.</summary>
    internal bool IsEnd => Event is "message_stop" or "response.completed" or "response.incomplete" || (!IsComment && Text == "[DONE]");

    /// <summary>Wherever the field stands in the object; an answer may speak of errors, and the field may be null.</summary>
    private static bool TellsError(string text)
    {
        try
        {
            using var data = JsonDocument.Parse(text);
            return data.RootElement.ValueKind == JsonValueKind.Object && data.RootElement.TryGetProperty("error", out var error) && error.ValueKind is JsonValueKind.Object or JsonValueKind.String;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

/// <summary>Passes requests of programs on to the engine that serves their model, and the answers back, both as they are but for the model's id.</summary>
/// <remarks>What comes back is untrusted.</remarks>
public sealed class EngineRelay
{
    private readonly EnginePool engines;

    internal EngineRelay(EnginePool engines) => this.engines = engines;

    /// <summary>The models of all engines that answer, each as its engine describes it; what several serve stands once. Throws ModelHostException.</summary>
    public async Task<IReadOnlyList<JsonElement>> ModelsAsync(CancellationToken cancellation)
    {
        List<JsonElement> all = [];
        foreach (var (engine, offer) in await engines.OffersAsync(cancellation))
        {
            var list = await engine.Http.GetAsync("/v1/models", ClientJson.Default.JsonElement, cancellation);
            if (list.ValueKind == JsonValueKind.Object && list.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Array)
            {
                all.AddRange(data.EnumerateArray().Where(card => Id(card) is { } id && offer.Models.Any(model => model.Id == id)));
            }
        }

        return [.. all.DistinctBy(Id)];
    }

    /// <summary>One question with a whole answer. An empty model is the engine's usual one. Throws ModelHostException, with the service's own reason.</summary>
    /// <param name="path">The endpoint.</param>
    /// <param name="model">Who answers.</param>
    /// <param name="body">As it was sent.</param>
    /// <param name="userId">Who asks: a service of ours lets those who wait take turns by person, whatever a program calls itself. No other is told.</param>
    /// <param name="isAdministrator">False refuses adapters' versions that nobody let through as if they were not there.</param>
    /// <param name="cancellation">Ends it.</param>
    public Task<JsonElement> AskAsync(string path, string model, JsonObject body, string userId, bool isAdministrator, CancellationToken cancellation) =>
        engines.RunAsync(Call(model, body, isAdministrator), lease => lease.PostAsync(path, For(lease, body, userId, isAdministrator), ClientJson.Default.JsonElement, cancellation), cancellation);

    /// <summary>A question with a stream for an answer. Throws ModelHostException before it returns where there will be none.</summary>
    /// <inheritdoc cref="AskAsync" path="/param"/>
    public async Task<IAsyncEnumerable<RelayedItem>> StreamAsync(string path, string model, JsonObject body, string userId, bool isAdministrator, CancellationToken cancellation) =>
        ReadAsync(await engines.StreamAsync(Call(model, body, isAdministrator), path, lease => For(lease, body, userId, isAdministrator), cancellation));

    /// <summary>Ends after the service's own end, or with the error that it tells: that is of this answer, and the engine stays in. Throws StreamBroken where there was neither.</summary>
    private static async IAsyncEnumerable<RelayedItem> ReadAsync(EngineStream answer)
    {
        using (answer)
        {
            while (true)
            {
                var item = await answer.NextAsync();
                if (!item.IsComment)
                {
                    answer.Keep(); // its id, from the first event on
                }

                RelayedItem told = new(item.Text, item.IsComment, item.Event);
                yield return told;
                if (told.IsFailure)
                {
                    answer.Failed(ModelHostErrors.InStream(new ErrorDetailBody(null, null, null)));
                    yield break;
                }

                if (told.IsEnd)
                {
                    answer.Succeeded();
                    yield break;
                }
            }
        }
    }

    private static EngineCall Call(string model, JsonObject body, bool isAdministrator) => new(model, Affinity.Of(model, Beginning(body), null), [.. body.Select(field => field.Key)], ReleasedOnly: !isAdministrator);

    private static IEnumerable<ChatMessage> Beginning(JsonObject body) =>
        (body["messages"] as JsonArray ?? body["input"] as JsonArray ?? []).OfType<JsonObject>().Select(message => new ChatMessage(new ChatRole(Text(message["role"]) is { Length: > 0 } role ? role : "user"), Text(message["content"])));

    private static string Text(JsonNode? node) => node is null ? "" : node is JsonValue value && value.TryGetValue<string>(out var text) ? text : node.ToJsonString();

    private static JsonObject For(EngineLease lease, JsonObject body, string userId, bool isAdministrator)
    {
        var own = (JsonObject)body.DeepClone();
        if (lease.Target.Model.Length > 0)
        {
            own["model"] = lease.Target.Model;
        }

        if (lease.Target.Dialect == EngineDialect.Platform)
        {
            (own["user"], own[AskedBy.ReleasedOnly]) = (AskedBy.Name(userId), !isAdministrator); // whatever the program says of itself
            own.Remove(Measuring.Key);
        }

        return own;
    }

    private static string? Id(JsonElement card) => card.ValueKind == JsonValueKind.Object && card.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
}
