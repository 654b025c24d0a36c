using Platform.ModelHost.Server.Generating;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Chat;

/// <summary>The refusal step of a chat request: what can be told from the request alone. Ranges are the engine's to check.</summary>
internal static class ChatRequestCheck
{
    private const int MaxMessages = 4096;

    private static readonly string[] Roles = ["system", "developer", "user", "assistant", "tool"];

    public static Problem? Refusal(ChatCompletionRequest request) =>
        GenerationSettings.Refusal(request) ?? Shape(request) ?? UnsupportedFields.Refusal(request) ?? Messages(request.Messages!);

    private static Problem? Shape(ChatCompletionRequest request) => request switch
    {
        { Messages: null or { Count: 0 } } => Problem.Invalid("messages", "'messages' is missing or empty."),
        { Messages.Count: > MaxMessages } => Problem.Invalid("messages", $"'messages' has {request.Messages.Count} messages; at most {MaxMessages} are taken."),
        { Logprobs: not true, TopLogprobs: > 0 } => Problem.Invalid("top_logprobs", "'top_logprobs' is only allowed with 'logprobs': true."),
        { ReasoningEffort: not (null or "none" or "minimal" or "low" or "medium" or "high") } => Problem.Invalid("reasoning_effort", $"'reasoning_effort' is '{request.ReasoningEffort}'; it must be none, minimal, low, medium or high."),
        { ReasoningBudget: < -1 } => Problem.Invalid("reasoning_budget", $"'reasoning_budget' is {request.ReasoningBudget}; it must be 0 or more, or -1 for no limit."),
        { ReasoningBudget: >= 0, Grammar.Length: > 0 } => Problem.Unsupported("reasoning_budget", "'reasoning_budget' does not go together with a grammar of your own, which knows no mark that ends the thinking. Leave one of them out, or send a schema in 'response_format'."),
        { ReasoningBudget: >= 0, Verbatim: not null } => Problem.Unsupported("reasoning_budget", "'reasoning_budget' does not go together with 'verbatim': such an answer thinks nothing. Leave one of them out."),
        { ReasoningFormat: not (null or "auto" or "deepseek" or "none") } => Problem.Invalid("reasoning_format", $"'reasoning_format' is '{request.ReasoningFormat}'; it must be auto, deepseek or none."),
        { ResponseFormat.Type: not ("text" or "json_object" or "json_schema") } => Problem.Invalid("response_format.type", $"'response_format.type' is '{request.ResponseFormat.Type}'; it must be text, json_object or json_schema."),
        { ResponseFormat: { Type: "json_schema", JsonSchema.Schema: null } or { Type: "json_schema", JsonSchema: null } } => Problem.Invalid("response_format.json_schema.schema", "'response_format.json_schema.schema' is missing."),
        { NumBeams: not null, ResponseFormat.Type: "json_object" or "json_schema" } => Problem.Invalid("response_format", "response_format does not go together with num_beams. Leave one of them out."),
        { Verbatim: not null, ResponseFormat.Type: "json_object" or "json_schema" } => Problem.Invalid("response_format", "response_format does not go together with verbatim. Leave one of them out."),
        { ResponseFormat.Type: "json_object" or "json_schema" } when request.Grammar is { Length: > 0 } || request.JsonSchema is not null => Problem.Invalid("response_format", "'response_format' stands beside a grammar or json_schema; an answer can follow one of them."),
        _ => null,
    };

    private static Problem? Messages(IReadOnlyList<ChatMessage?> messages)
    {
        var open = new HashSet<string>();
        for (var i = 0; i < messages.Count; i++)
        {
            if ((Message(messages[i], $"messages.[{i}]") ?? Call(messages[i]!, open, $"messages.[{i}]")) is { } problem)
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
        { Role: not "assistant", ToolCalls.Count: > 0 } => Problem.Invalid($"{at}.tool_calls", $"A message of the role {message.Role} makes no calls."),
        { Content: null } when message.Role != "assistant" || message.ToolCalls is not { Count: > 0 } => Problem.Invalid($"{at}.content", $"'{at}.content' is missing."),
        _ => Parts(message.Content ?? [], at),
    };

    /// <summary>Every result of a tool belongs to one call that was made before it, and each call has one.</summary>
    private static Problem? Call(ChatMessage message, HashSet<string> open, string at)
    {
        for (var i = 0; i < (message.ToolCalls?.Count ?? 0); i++)
        {
            if (message.ToolCalls![i] is not { Id: { Length: > 0 } id, Function.Name.Length: > 0 } || !open.Add(id))
            {
                return Problem.Invalid($"{at}.tool_calls.[{i}]", "A call needs an 'id' of its own and a 'function' with a 'name'.");
            }
        }

        if (message.Role != "tool")
        {
            return null;
        }

        return message.ToolCallId is not { Length: > 0 } answered ? Problem.Invalid($"{at}.tool_call_id", $"'{at}.tool_call_id' is missing.")
            : open.Remove(answered) ? null
            : Problem.Invalid($"{at}.tool_call_id", $"'{answered}' is the id of no call before it, or of one that was answered already.");
    }

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
