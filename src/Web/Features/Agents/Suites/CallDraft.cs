using System.Text.Json;
using Platform.Agents.Tools.Recorded;
using Platform.Web.Features.Runs;

namespace Platform.Web.Features.Agents.Suites;

/// <summary>What a call comes to in a test, while a person writes it.</summary>
public sealed class CallDraft(RecordedCall recorded)
{
    public string Tool { get; set; } = recorded.Tool;

    /// <summary>JSON of the arguments that it answers; empty for whatever they are.</summary>
    public string Arguments { get; set; } = recorded.Arguments is { } arguments ? ArgumentForm.Pretty(arguments) : "";

    public string Text { get; set; } = recorded.Text;

    public bool IsError { get; set; } = recorded.IsError;

    /// <summary>What is typed as arguments is not a JSON object.</summary>
    public bool IsFaulty => Arguments.Trim().Length > 0 && Read() is null;

    /// <summary>As it is written now. What stood beside another text, such as its citations, goes with that text.</summary>
    public RecordedCall Written()
    {
        var call = Text == recorded.Text && Tool == recorded.Tool ? recorded : recorded with { Data = null, Citations = null };
        return call with { Tool = Tool, Arguments = Read(), Text = Text, IsError = IsError };
    }

    private JsonElement? Read() => ArgumentForm.ObjectIn(Arguments);
}
