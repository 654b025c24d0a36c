using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Chat;

/// <summary>The refusal step of a chat request: what can be told from the request alone.</summary>
internal static class ChatRequestCheck
{
    private const int MaxStops = 4;
    private const int MaxStopLength = 256;
    private const int MaxMessages = 4096;

    private static readonly string[] Roles = ["system", "developer", "user", "assistant", "tool"];

    public static Problem? Refusal(ChatCompletionRequest request) =>
        Shape(request) ?? UnsupportedFields.Refusal(request) ?? Ranges(request) ?? Stops(request.Stop?.Texts ?? []) ?? Messages(request.Messages!);

    private static Problem? Shape(ChatCompletionRequest request) => request switch
    {
        { Model: null or "" } => Problem.Invalid("model", "'model' is missing. GET /v1/models lists the models."),
        { Messages: null or { Count: 0 } } => Problem.Invalid("messages", "'messages' is missing or empty."),
        { Messages.Count: > MaxMessages } => Problem.Invalid("messages", $"'messages' has {request.Messages.Count} messages; at most {MaxMessages} are taken."),
        { N: not (null or 1) } => Problem.Invalid("n", $"'n' is {request.N}; only 1 is supported. Send the request again for another answer."),
        { Stream: not true, StreamOptions: not null } => Problem.Invalid("stream_options", "'stream_options' is only allowed with 'stream': true."),
        _ => null,
    };

    private static Problem? Ranges(ChatCompletionRequest request) =>
        Within("max_tokens", request.MaxTokens, 1, int.MaxValue)
        ?? Within("max_completion_tokens", request.MaxCompletionTokens, 1, int.MaxValue)
        ?? Within("temperature", request.Temperature, 0, 2)
        ?? Within("top_p", request.TopP, 0, 1)
        ?? Within("top_k", request.TopK, -1, 1_000_000)
        ?? Within("min_p", request.MinP, 0, 1)
        ?? Within("repeat_penalty", request.RepeatPenalty, 0.1, 10)
        ?? Within("repeat_last_n", request.RepeatLastN, 0, 4_096)
        ?? Within("presence_penalty", request.PresencePenalty, -2, 2)
        ?? Within("frequency_penalty", request.FrequencyPenalty, -2, 2);

    private static Problem? Within(string name, double? value, double least, double most) =>
        value is { } given && (given < least || given > most || double.IsNaN(given))
            ? Problem.Invalid(name, FormattableString.Invariant(most == int.MaxValue ? (FormattableString)$"'{name}' is {given}; it must be at least {least}." : $"'{name}' is {given:0.####}; it must be {least} to {most}."))
            : null;

    private static Problem? Stops(IReadOnlyList<string> stops) =>
        stops.Count > MaxStops ? Problem.Invalid("stop", $"'stop' has {stops.Count} texts; at most {MaxStops} are taken.")
        : stops.Any(text => text.Length is 0 or > MaxStopLength) ? Problem.Invalid("stop", $"Each text of 'stop' must have 1 to {MaxStopLength} characters.")
        : null;

    private static Problem? Messages(IReadOnlyList<ChatMessage?> messages)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            if (Message(messages[i], $"messages.[{i}]") is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static Problem? Message(ChatMessage? message, string at) => message switch
    {
        null => Problem.Invalid(at, $"'{at}' is null."),
        { Role: var role } when !Roles.Contains(role) => Problem.Invalid($"{at}.role", $"'{at}.role' is '{role}'; it must be one of {string.Join(", ", Roles)}."),
        { ToolCalls: { } calls } when calls.ValueKind != System.Text.Json.JsonValueKind.Array || calls.GetArrayLength() > 0
            => Problem.Unsupported($"{at}.tool_calls", "This service does not take tool calls."),
        { Content: null } => Problem.Invalid($"{at}.content", $"'{at}.content' is missing."),
        _ => Parts(message.Content, at),
    };

    private static Problem? Parts(IReadOnlyList<ContentPart> parts, string at)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].Type != "text")
            {
                return Problem.Unsupported($"{at}.content.[{i}].type", $"A part of type '{parts[i].Type}' is not supported; this service takes text.");
            }

            if (parts[i].Text is null)
            {
                return Problem.Invalid($"{at}.content.[{i}].text", "The text of a part is missing.");
            }
        }

        return null;
    }
}
