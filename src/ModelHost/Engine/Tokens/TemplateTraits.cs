using System.Text.Json;
using Platform.ModelHost.Engine.Tokens.Jinja;

namespace Platform.ModelHost.Engine.Tokens;

/// <summary>What a template can show, and the form that it wants things in. Found by trying: templates do not say it.</summary>
internal sealed record TemplateTraits
{
    private const string Mark = "zyprobe", Value = "zyvalue", Key = "zykey";
    private static readonly JsonElement Tool = JsonDocument.Parse($$$"""{"type":"function","function":{"name":"{{{Mark}}}","description":"d","parameters":{"type":"object","properties":{"{{{Key}}}":{"type":"string"}},"required":["{{{Key}}}"] } } }""").RootElement;

    /// <summary>It has a place for a system message.</summary>
    internal bool HasSystemRole { get; init; } = true;

    /// <summary>It shows the tools on offer.</summary>
    internal bool OffersTools { get; init; } = true;

    /// <summary>It shows the calls of the past.</summary>
    internal bool ShowsCalls { get; init; } = true;

    /// <summary>It shows the results of calls.</summary>
    internal bool ShowsResults { get; init; } = true;

    /// <summary>It prints the arguments of a call as they stand, so they must be JSON text; others write the JSON themselves.</summary>
    internal bool WantsArgumentsAsText { get; init; }

    /// <summary>A message that only calls may have None for content.</summary>
    internal bool TakesNoContent { get; init; } = true;

    /// <summary>Tools that are not on offer may be None, as the reference has it; some templates want them not to be there.</summary>
    internal bool TakesNoTools { get; init; } = true;

    /// <summary>It reads content only as a list of parts.</summary>
    internal bool WantsParts { get; init; }

    /// <summary>It takes only ids of calls that are nine letters long.</summary>
    internal bool WantsShortIds { get; init; }

    /// <summary>Tries a template.</summary>
    /// <param name="render">Applies it as if it had these traits.</param>
    internal static TemplateTraits Of(Func<TemplateTraits, IReadOnlyList<ChatTurn>, ChatTemplateOptions, string> render)
    {
        var traits = new TemplateTraits();
        var plain = new ChatTemplateOptions();
        var question = new ChatTurn("user", Mark);
        bool Shows(TemplateTraits asIf, IReadOnlyList<ChatTurn> messages, ChatTemplateOptions options, Func<string, bool> holds)
        {
            try
            {
                return holds(render(asIf, messages, options));
            }
            catch (TemplateException)
            {
                return false; // also when it raises: then it cannot show this
            }
        }

        bool HasMark(string text) => text.Contains(Mark, StringComparison.Ordinal);
        bool Works(TemplateTraits asIf) => Shows(asIf, [question], plain, _ => true);
        traits = traits with { TakesNoTools = Works(traits) || !Works(traits with { TakesNoTools = false }) };
        traits = traits with { WantsParts = !Shows(traits, [question], plain, HasMark) && Shows(traits with { WantsParts = true }, [question], plain, HasMark) };
        traits = traits with { HasSystemRole = Shows(traits, [new ChatTurn("system", Mark), new ChatTurn("user", "x")], plain, HasMark) };
        traits = traits with { OffersTools = Shows(traits, [new ChatTurn("user", "x")], new ChatTemplateOptions { Tools = [Tool] }, HasMark) };
        var call = new ChatTurn("assistant", "") { ToolCalls = [new ToolCall("call00001", Mark, $$"""{"{{Key}}": "{{Value}}"}""")] };
        IReadOnlyList<ChatTurn> called = [new ChatTurn("user", "x"), call];
        var past = new ChatTemplateOptions { Tools = [Tool], AddGenerationPrompt = false };
        bool HasCall(string text) => HasMark(text.Replace(render(traits, [new ChatTurn("user", "x")], past), "", StringComparison.Ordinal)) && text.Contains(Value, StringComparison.Ordinal) && !text.Contains($"'{Key}'", StringComparison.Ordinal) && !text.Contains($"\\\"{Key}", StringComparison.Ordinal);
        var forms = from asText in (bool[])[false, true] from noContent in (bool[])[true, false] select traits with { WantsArgumentsAsText = asText, TakesNoContent = noContent };
        var form = forms.FirstOrDefault(asIf => Shows(asIf, called, past, text => HasCall(text) && !(asIf.TakesNoContent && text.Contains("None", StringComparison.Ordinal))));
        traits = (form ?? traits) with { ShowsCalls = form is not null };
        var answered = new ChatTurn("tool", Value + "2") { ToolCallId = "call00001", Name = Mark };
        IReadOnlyList<ChatTurn> whole = [.. called, answered];
        traits = traits with { ShowsResults = form is not null && Shows(traits, whole, past, text => text.Contains(Value + "2", StringComparison.Ordinal)) };
        if (form is null) { return traits; }
        var id = CallId.New();
        var named = (traits.ShowsResults ? whole : called).Select(turn => turn with { ToolCallId = turn.ToolCallId is null ? null : id, ToolCalls = [.. turn.ToolCalls.Select(one => one with { Id = id })] });
        return traits with { WantsShortIds = !Shows(traits, [.. named], past, _ => true) };
    }
}
