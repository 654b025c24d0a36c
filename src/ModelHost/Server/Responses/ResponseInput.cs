using System.Text.Json;
using Platform.ModelHost.Server.Wire;
using Platform.ModelHost.Server.Wire.Responses;

namespace Platform.ModelHost.Server.Responses;

/// <summary>Makes the messages of a conversation of the input of a Responses request. What the model thought, said and called in one turn stands there as items of their own; here it is one message.</summary>
internal sealed class ResponseInput
{
    private const int MaxItems = 4096;

    private readonly List<ChatMessage> _messages = [];
    private ChatMessage? _turn; // the assistant's, while its items come

    /// <exception cref="RequestRefused">An item cannot be read, or is of a kind that is not taken here.</exception>
    public static IReadOnlyList<ChatMessage> Messages(JsonElement? input, string? instructions)
    {
        var reading = new ResponseInput();
        if (!string.IsNullOrEmpty(instructions))
        {
            reading._messages.Add(Message("system", instructions));
        }

        switch (input)
        {
            case { ValueKind: JsonValueKind.String } text:
                reading._messages.Add(Message("user", text.GetString()!));
                break;
            case { ValueKind: JsonValueKind.Array } items when items.GetArrayLength() is > 0 and <= MaxItems:
                foreach (var (i, item) in items.EnumerateArray().Index())
                {
                    reading.Add(JsonWithin.Read(item, ServerJson.Wire.InputItem, $"input.[{i}]"), $"input.[{i}]");
                }

                break;
            case { ValueKind: JsonValueKind.Array } items when items.GetArrayLength() > MaxItems:
                throw Invalid("input", $"'input' has {items.GetArrayLength()} items; at most {MaxItems} are taken.");
            case null or { ValueKind: JsonValueKind.Array or JsonValueKind.Null }:
                throw Invalid("input", "'input' is missing or empty.");
            default:
                throw new RequestRefused(Problem.WrongType("input"));
        }

        reading.EndTurn();
        return reading._messages;
    }

    private void Add(InputItem item, string at)
    {
        switch (item.Type)
        {
            case null or "message" when item.Role == "assistant":
                AddToTurn(turn => turn.Content is null && turn.ToolCalls is null, turn => turn with { Content = Parts(item.Content, $"{at}.content") });
                break;
            case null or "message":
                EndTurn();
                _messages.Add(new ChatMessage { Role = item.Role ?? throw Invalid($"{at}.role", $"'{at}.role' is missing."), Content = Parts(item.Content, $"{at}.content") });
                break;
            case "reasoning":
                var thought = string.Concat((item.Content ?? item.Summary ?? []).Select(part => part.Text));
                AddToTurn(turn => turn.Content is null && turn.ToolCalls is null, turn => turn with { ReasoningContent = turn.ReasoningContent + thought });
                break;
            case "function_call":
                var call = new ToolCallFields(Required(item.CallId, $"{at}.call_id"), "function", new CalledFunction(Required(item.Name, $"{at}.name"), item.Arguments));
                AddToTurn(_ => true, turn => turn with { ToolCalls = [.. turn.ToolCalls ?? [], call] });
                break;
            case "function_call_output":
                EndTurn();
                _messages.Add(new ChatMessage { Role = "tool", ToolCallId = Required(item.CallId, $"{at}.call_id"), Content = Parts(item.Output, $"{at}.output") });
                break;
            default:
                throw new RequestRefused(Problem.Unsupported($"{at}.type", $"An item of type '{item.Type}' is not supported; this service takes message, function_call, function_call_output and reasoning."));
        }
    }

    /// <summary>The turn goes on with an item that fits behind what it has; else the item begins a turn of its own.</summary>
    private void AddToTurn(Func<ChatMessage, bool> fits, Func<ChatMessage, ChatMessage> more)
    {
        if (_turn is not null && !fits(_turn))
        {
            EndTurn();
        }

        _turn = more(_turn ?? new ChatMessage { Role = "assistant" });
    }

    private void EndTurn()
    {
        if (_turn is { } turn && (turn.Content is not null || turn.ToolCalls is not null)) // a thought that led to nothing says nothing
        {
            _messages.Add(turn);
        }

        _turn = null;
    }

    private static IReadOnlyList<ContentPart> Parts(IReadOnlyList<ContentPart>? parts, string at) => parts is null ? throw Invalid(at, $"'{at}' is missing.")
        : [.. parts.Select((part, i) => part.Type is "input_text" or "output_text" or "text" && part.Text is not null
            ? part with { Type = "text" }
            : throw new RequestRefused(Problem.Unsupported($"{at}.[{i}].type", $"A part of type '{part.Type}' is not supported here; this service takes input_text and output_text with a 'text'.")))];

    private static ChatMessage Message(string role, string text) => new() { Role = role, Content = [new ContentPart("text", text)] };

    private static string Required(string? value, string at) => value is { Length: > 0 } ? value : throw Invalid(at, $"'{at}' is missing.");

    private static RequestRefused Invalid(string param, string message) => new(Problem.Invalid(param, message));
}
