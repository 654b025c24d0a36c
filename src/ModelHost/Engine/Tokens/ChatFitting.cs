using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.ModelHost.Engine.Tokens;

/// <summary>Rewrites a conversation for a template that lacks something: a system role, tools, calls or results. Nothing is dropped: what has no place of its own becomes text.</summary>
internal static class ChatFitting
{
    internal static IReadOnlyList<ChatTurn> Fit(IReadOnlyList<ChatTurn> messages, IReadOnlyList<JsonElement> tools, TemplateTraits traits)
    {
        var turns = messages.Select(turn => turn with { Role = turn.Role == "developer" ? "system" : turn.Role, Content = turn.Content.Replace(SpecialTexts.ExamplePlace, ' ') }).ToList();
        if (tools.Count > 0 && !traits.OffersTools) { OfferAsText(turns, tools); }
        for (var i = 0; i < turns.Count; i++)
        {
            if (turns[i].ToolCalls.Count > 0 && !traits.ShowsCalls) { turns[i] = turns[i] with { Content = WithCalls(turns[i]), ToolCalls = [] }; }
            if (turns[i].Role == "tool" && !traits.ShowsResults) { turns[i] = new ChatTurn("user", $"<tool_response>\n{turns[i].Content}\n</tool_response>"); }
        }
        return traits.HasSystemRole ? turns : WithoutSystem(turns);
    }

    private static void OfferAsText(List<ChatTurn> turns, IReadOnlyList<JsonElement> tools)
    {
        var offer = new StringBuilder("You can call these functions:\n<tools>\n");
        foreach (var tool in tools) { offer.Append(tool.GetRawText()).Append('\n'); }
        offer.Append("</tools>\nTo call one, answer with its name and its arguments, like this:\n").Append(SpecialTexts.ExamplePlace);
        if (turns.Count > 0 && turns[0].Role == "system") { turns[0] = turns[0] with { Content = $"{turns[0].Content}\n\n{offer}" }; }
        else { turns.Insert(0, new ChatTurn("system", offer.ToString())); }
    }

    private static string WithCalls(ChatTurn turn)
    {
        var text = new StringBuilder(turn.Content);
        foreach (var call in turn.ToolCalls)
        {
            if (text.Length > 0) { text.Append('\n'); }
            text.Append("<tool_call>\n{\"name\": ").Append(JsonValue.Create(call.Name).ToJsonString()).Append(", \"arguments\": ").Append(call.Arguments).Append("}\n</tool_call>");
        }
        return text.ToString();
    }

    /// <summary>The system's text becomes the head of the user's next turn.</summary>
    private static List<ChatTurn> WithoutSystem(List<ChatTurn> turns)
    {
        var fitted = new List<ChatTurn>();
        var head = "";
        foreach (var turn in turns)
        {
            if (turn.Role == "system") { head = head.Length == 0 ? turn.Content : $"{head}\n\n{turn.Content}"; }
            else if (turn.Role == "user" && head.Length > 0)
            {
                fitted.Add(turn with { Content = $"{head}\n\n{turn.Content}" });
                head = "";
            }
            else { fitted.Add(turn); }
        }
        if (head.Length > 0) { fitted.Add(new ChatTurn("user", head)); }
        return fitted;
    }
}
