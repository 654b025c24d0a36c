using System.Text.Json;
using Platform.ModelHost.Server.Wire.Responses;

namespace Platform.ModelHost.Server.Responses;

/// <summary>The refusal step of a Responses request: what it alone knows. The rest is checked as a chat request.</summary>
internal static class ResponseCheck
{
    public static Problem? Refusal(ResponseRequest request) => request switch
    {
        { PreviousResponseId: { Length: > 0 } id } => Problem.Unsupported("previous_response_id", $"'{id}' is not known: this service keeps no answers. Send the items of the conversation so far in 'input'."),
        { Conversation: { ValueKind: not JsonValueKind.Null } } => Problem.Unsupported("conversation", "This service keeps no conversations. Send the items of the conversation so far in 'input'."),
        { Prompt: { ValueKind: not JsonValueKind.Null } } => Problem.Unsupported("prompt", "This service keeps no prompts. Send the text itself in 'instructions' and 'input'."),
        { Background: true } => Problem.Unsupported("background", "An answer cannot be made in the background: nothing would keep it. Leave 'background' out."),
        { Truncation: not (null or "disabled") } => Problem.Unsupported("truncation", $"'truncation' is '{request.Truncation}'; nothing is left out silently here. Send 'disabled', and less in 'input'."),
        { Text.Verbosity: not (null or "medium") } => Problem.Unsupported("text.verbosity", $"'text.verbosity' is '{request.Text.Verbosity}'; ask for the length in 'instructions'."),
        { Text.Format: { Type: "json_schema", Schema: null } } => Problem.Invalid("text.format.schema", "'text.format.schema' is missing."),
        { Text.Format.Type: not (null or "text" or "json_object" or "json_schema") } => Problem.Invalid("text.format.type", $"'text.format.type' is '{request.Text.Format.Type}'; it must be text, json_object or json_schema."),
        { Text.Format: { Type: not "json_schema", Schema: { ValueKind: not JsonValueKind.Null } } format } => Problem.Invalid("text.format.schema", $"'text.format.schema' does not belong to the type '{format.Type ?? "text"}'. Send the type json_schema with it."),
        { Reasoning.Summary: not (null or "auto") } => Problem.Unsupported("reasoning.summary", "What is thought is told whole, not in a summary. Send 'auto', or leave 'reasoning.summary' out."),
        { N: not (null or 1) } => Problem.Unsupported("n", "A response has one answer. Send 'n' to /v1/chat/completions for several."),
        _ => null,
    };
}
