using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Platform.ModelHost.Client.Engines;

namespace Platform.ModelHost.Client.Http;

/// <summary>Writes messages and options as a chat completions request. What cannot be said in it is refused, never dropped; fields that the engine does not know and that the answer does not need are left out.</summary>
internal static class ChatRequestBody
{
    public static JsonObject Of(EngineTarget target, IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var body = new JsonObject
        {
            ["model"] = target.Model,
            ["messages"] = MessagesBody.Of(messages, options?.Instructions),
            ["stream"] = true,
            ["stream_options"] = new JsonObject { ["include_usage"] = true },
        };
        if (options is not null)
        {
            AddOptions(body, options, target.Dialect);
        }

        return body;
    }

    /// <summary>Names who asks to a service of ours, which lets those who wait take turns by it and stays with one version of an adapter, and says where that is to be a released one. Nothing can be read out of the name, and no other service is told.</summary>
    /// <param name="body">The request; a user of its own stays.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="options">Say who asks.</param>
    /// <param name="conversation">The conversation's key, which stands for its person where nobody is named.</param>
    public static JsonObject By(JsonObject body, EngineTarget target, ChatOptions? options, byte[] conversation)
    {
        if (target.Dialect == EngineDialect.Platform && AskedBy.IsReleasedOnly(options))
        {
            body[AskedBy.ReleasedOnly] = true;
        }

        if (target.Dialect == EngineDialect.Platform && body["user"] is null)
        {
            body["user"] = options?.AdditionalProperties?.GetValueOrDefault(AskedBy.Key) is string person ? AskedBy.Name(person) : Convert.ToHexStringLower(conversation);
        }

        return body;
    }

    /// <summary>A refusal before anything is sent.</summary>
    public static ModelHostException Refused(string why) => new(ModelHostErrorKind.BadRequest, why) { SaysNothingOfEngine = true };

    private static void AddOptions(JsonObject body, ChatOptions options, EngineDialect dialect)
    {
        ToolsBody.Add(body, options);
        Set(body, "temperature", options.Temperature);
        Set(body, "top_p", options.TopP);
        Set(body, "top_k", ExtensionFields.IsKnown(dialect, "top_k") ? options.TopK : null);
        Set(body, "max_tokens", options.MaxOutputTokens);
        Set(body, "seed", options.Seed);
        Set(body, "presence_penalty", options.PresencePenalty);
        Set(body, "frequency_penalty", options.FrequencyPenalty);
        if (options.StopSequences is { Count: > 0 } stop)
        {
            body["stop"] = new JsonArray([.. stop.Select(text => (JsonNode)text)]);
        }

        if (options.ResponseFormat is ChatResponseFormatJson json)
        {
            body["response_format"] = ResponseFormat(json);
        }

        if (options.Reasoning?.Effort is { } effort)
        {
            body["reasoning_effort"] = effort switch
            {
                ReasoningEffort.None => "none",
                ReasoningEffort.Low => "low",
                ReasoningEffort.Medium => "medium",
                _ => "high", // the most that every service knows
            };
        }

        foreach (var (name, value) in (options.AdditionalProperties ?? []).Where(field => field.Key is not (AskedBy.Key or AskedBy.ReleasedOnly) && ExtensionFields.IsKnown(dialect, field.Key)))
        {
            body[name] = value is null ? null : JsonSerializer.SerializeToNode(value, RequestJson.Options);
        }
    }

    private static JsonObject ResponseFormat(ChatResponseFormatJson json) => json.Schema is not { } schema
        ? new JsonObject { ["type"] = "json_object" }
        : new JsonObject
        {
            ["type"] = "json_schema",
            ["json_schema"] = new JsonObject { ["name"] = json.SchemaName ?? "answer", ["strict"] = true, ["schema"] = JsonNode.Parse(schema.GetRawText()) },
        };

    private static void Set<T>(JsonObject body, string name, T? value) where T : struct
    {
        if (value is { } given)
        {
            body[name] = JsonValue.Create(given);
        }
    }
}
