using System.Text.Json;
using Platform.ModelHost.Server.Wire;
using Platform.ModelHost.Server.Wire.Messages;

namespace Platform.ModelHost.Server.Messages;

/// <summary>Makes chat messages of Anthropic's: the results of tools, which stand there in a turn of the user, are messages of their own here.</summary>
internal static class MessageTurns
{
    /// <exception cref="RequestRefused">A turn or a block cannot be read, or is of a kind that is not taken here.</exception>
    public static IReadOnlyList<ChatMessage> Of(MessageRequest request)
    {
        var messages = new List<ChatMessage>();
        if (request.System is { ValueKind: not JsonValueKind.Null } system)
        {
            messages.Add(new ChatMessage { Role = "system", Content = Texts(system, "system") });
        }

        foreach (var (i, turn) in (request.Messages ?? []).Index())
        {
            var at = $"messages.[{i}]";
            var blocks = Blocks(turn?.Content ?? throw Invalid($"{at}.content", $"'{at}.content' is missing."), $"{at}.content");
            switch (turn.Role)
            {
                case "assistant":
                    messages.Add(Answer(blocks, $"{at}.content"));
                    break;
                case "user":
                    messages.AddRange(Question(blocks, $"{at}.content"));
                    break;
                default:
                    throw Invalid($"{at}.role", $"'{at}.role' is '{turn.Role}'; it must be user or assistant.");
            }
        }

        return messages;
    }

    private static ChatMessage Answer(IReadOnlyList<MessageBlock> blocks, string at)
    {
        var (texts, calls, thought) = (new List<ContentPart>(), new List<ToolCallFields>(), "");
        foreach (var (i, block) in blocks.Index())
        {
            switch (block)
            {
                case { Type: "text", Text: { } text }:
                    texts.Add(new ContentPart("text", text));
                    break;
                case { Type: "tool_use", Id: { } id, Name: { } name }:
                    calls.Add(new ToolCallFields(id, "function", new CalledFunction(name, block.Input?.GetRawText() ?? "{}")));
                    break;
                case { Type: "thinking" }:
                    thought += block.Thinking;
                    break;
                case { Type: "redacted_thinking" }: // nothing that could be read
                    break;
                default:
                    throw Foreign(block, $"{at}.[{i}]", "text, thinking and tool_use with an 'id' and a 'name'");
            }
        }

        return new ChatMessage { Role = "assistant", Content = texts.Count > 0 || calls.Count == 0 ? texts : null, ToolCalls = calls.Count > 0 ? calls : null, ReasoningContent = thought.Length > 0 ? thought : null };
    }

    private static IEnumerable<ChatMessage> Question(IReadOnlyList<MessageBlock> blocks, string at)
    {
        var texts = new List<ContentPart>();
        foreach (var (i, block) in blocks.Index())
        {
            switch (block)
            {
                case { Type: "text", Text: { } text }:
                    texts.Add(new ContentPart("text", text));
                    break;
                case { Type: "tool_result", ToolUseId: { Length: > 0 } id }:
                    var result = block.Content is { ValueKind: not JsonValueKind.Null } content ? Texts(content, $"{at}.[{i}].content") : [new ContentPart("text", "")];
                    yield return new ChatMessage { Role = "tool", ToolCallId = id, Content = block.IsError == true ? [new ContentPart("text", "Error:"), .. result] : result };
                    break;
                default:
                    throw Foreign(block, $"{at}.[{i}]", "text and tool_result with a 'tool_use_id'");
            }
        }

        if (texts.Count > 0 || blocks.Count == 0)
        {
            yield return new ChatMessage { Role = "user", Content = texts };
        }
    }

    /// <summary>A text, or blocks of text.</summary>
    private static IReadOnlyList<ContentPart> Texts(JsonElement content, string at) =>
        [.. Blocks(content, at).Select((block, i) => block is { Type: "text", Text: { } text } ? new ContentPart("text", text) : throw Foreign(block, $"{at}.[{i}]", "text"))];

    private static IReadOnlyList<MessageBlock> Blocks(JsonElement content, string at) => content.ValueKind switch
    {
        JsonValueKind.String => [new MessageBlock { Type = "text", Text = content.GetString() }],
        JsonValueKind.Array => [.. content.EnumerateArray().Select((block, i) => JsonWithin.Read(block, ServerJson.Wire.MessageBlock, $"{at}.[{i}]"))],
        _ => throw new RequestRefused(Problem.WrongType(at)),
    };

    private static RequestRefused Foreign(MessageBlock block, string at, string taken) =>
        new(Problem.Unsupported($"{at}.type", $"'{at}' is a block of type '{block.Type}' that cannot be taken here; this place takes {taken}."));

    private static RequestRefused Invalid(string param, string message) => new(Problem.Invalid(param, message));
}
