using System.Text;
using System.Text.Json;
using Platform.ModelHost.Engine.Grammars;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Tools;

/// <summary>Messages as the engine takes them. Tools and calls are told in plain words and in the form in which calls are read back, so that every model's template can carry them.</summary>
internal static class Conversation
{
    public static IReadOnlyList<ChatTurn> Of(IReadOnlyList<ChatMessage> messages, OfferedTools tools)
    {
        var turns = messages.Select(Turn).ToList();
        if (tools.IsUsed)
        {
            var before = turns.TakeWhile(turn => turn.Role == "system").Count();
            if (before > 0)
            {
                turns[0] = turns[0] with { Content = $"{turns[0].Content}\n\n{Offer(tools)}" };
            }
            else
            {
                turns.Insert(0, new ChatTurn("system", Offer(tools)));
            }
        }

        return turns;
    }

    private static ChatTurn Turn(ChatMessage message)
    {
        var text = string.Join('\n', (message.Content ?? []).Select(part => part.Text));
        return message.ToolCalls is { Count: > 0 } calls ? new ChatTurn("assistant", text.Length > 0 ? $"{text}\n{Calls(calls)}" : Calls(calls))
            : new ChatTurn(message.Role == "developer" ? "system" : message.Role!, text);
    }

    private static string Offer(OfferedTools tools)
    {
        var offer = new StringBuilder("You can call these functions:\n");
        foreach (var tool in tools.Allowed)
        {
            offer.Append("- ").Append(tool.Name);
            if (tool.Description is { Length: > 0 } description)
            {
                offer.Append(": ").Append(description);
            }

            offer.Append(" Arguments: ").Append(tool.Parameters.GetRawText()).Append('\n');
        }

        return offer.Append(tools.IsForced ? "Answer with" : "To call, answer with").Append(" [{\"name\":\"…\",\"arguments\":{…}}] and nothing else.").ToString();
    }

    /// <summary>Arguments that are no JSON (an earlier model's mistake) are told as a text: they must not make the whole conversation unusable.</summary>
    private static string Calls(IReadOnlyList<ToolCallFields> calls) => $"[{string.Join(',', calls.Select(call =>
        $"{CallGrammar.BeforeName}{call.Function!.Name}{CallGrammar.BeforeArguments}{Arguments(call.Function.Arguments)}{CallGrammar.AfterArguments}"))}]";

    private static string Arguments(string? arguments)
    {
        try
        {
            using var json = JsonDocument.Parse(arguments ?? "{}");
            return json.RootElement.GetRawText();
        }
        catch (JsonException)
        {
            return JsonSerializer.Serialize(arguments!, ServerJson.Wire.String);
        }
    }
}
