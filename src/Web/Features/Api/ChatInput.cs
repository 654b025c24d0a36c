using System.Text.Json.Nodes;
using Platform.Agents.Answering;
using Platform.Agents.Runs;
using Platform.Web.Host;

namespace Platform.Web.Features.Api;

/// <summary>What a program asks an agent: a question, and what was said before it. All of it untrusted text.</summary>
/// <param name="Question">The last message, with the system's messages before it: the instructions are the agent's own, and these are no more than words of who asks.</param>
internal sealed record ChatInput(string Question, IReadOnlyList<PastTurn> Turns)
{
    /// <summary>Most messages of one request.</summary>
    public const int MostMessages = 400;

    /// <summary>A text, or messages as chat completions have them.</summary>
    public static ChatInput Of(RequestFields request, string name)
    {
        var input = Read(request, name);
        return input.Question.Trim().Length is var length and (0 or > RunAgent.MaxQuestionLength)
            ? throw RefusedRequestException.Of(name, FormattableString.Invariant($"A question has 1 to {RunAgent.MaxQuestionLength:N0} characters; this has {length:N0}."))
            : input;
    }

    private static ChatInput Read(RequestFields request, string name) => request.Body[name] switch
    {
        JsonArray messages => Of(messages, name),
        JsonValue value when value.TryGetValue<string>(out var text) => new(text, []),
        null => throw RefusedRequestException.Of(name, $"The field '{name}' is missing.", "missing_required_parameter"),
        _ => throw RefusedRequestException.Of(name, $"The field '{name}' must be a string or an array of messages.", "invalid_type"),
    };

    private static ChatInput Of(JsonArray messages, string name)
    {
        if (messages.Count is 0 or > MostMessages)
        {
            throw RefusedRequestException.Of(name, $"There are 1 to {MostMessages} messages in a request; these are {messages.Count}.");
        }

        List<string> before = [];
        List<PastTurn> turns = [];
        for (var i = 0; i < messages.Count; i++)
        {
            var at = $"{name}.[{i}]"; // as the model service writes it
            var message = messages[i] as JsonObject ?? throw RefusedRequestException.Of(at, "A message is an object with a role and a content.", "invalid_type");
            var role = message["role"] is JsonValue value && value.TryGetValue<string>(out var said) ? said : throw RefusedRequestException.Of($"{at}.role", "A message has a role.", "missing_required_parameter");
            var text = TextOf(message["content"], $"{at}.content");
            switch (role)
            {
                case "system" or "developer":
                    before.Add(text);
                    break;
                case "user" or "assistant":
                    if (!string.IsNullOrWhiteSpace(text))
                    {
                        turns.Add(new PastTurn(role, text));
                    }
                    break;
                default:
                    throw RefusedRequestException.Of($"{at}.role", $"'{RequestFields.Short(role)}' is no role that an agent is told of; there are system, developer, user and assistant. An agent calls its own tools.");
            }
        }

        return turns is [.. var past, { Role: "user" } last]
            ? new ChatInput(string.Join("\n\n", [.. before.Where(text => text.Length > 0), last.Text]), past)
            : throw RefusedRequestException.Of(name, "The last message must be the user's, and not empty.");
    }

    private static string TextOf(JsonNode? content, string at) => content switch
    {
        null => "",
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonArray parts => string.Concat(parts.Select(part =>
            part?["type"]?.ToString() == "text" && part["text"] is JsonValue text && text.TryGetValue<string>(out var words) ? words
            : throw RefusedRequestException.Of(at, "An agent reads text only.", "unsupported_parameter"))),
        _ => throw RefusedRequestException.Of(at, "A content is a string or an array of parts.", "invalid_type"),
    };
}
