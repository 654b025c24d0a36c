using System.Text.Json;
using Platform.Agents.Testing;

namespace Platform.Web.Features.Runs;

/// <summary>An expectation of a test while a person looks it over.</summary>
public sealed class ExpectationDraft(TestExpectation suggested, bool taken)
{
    /// <summary>Whether it goes into the test.</summary>
    public bool Taken { get; set; } = taken;

    public ExpectationKind Kind => suggested.Kind;

    public string Tool { get; set; } = suggested.Tool;

    /// <summary>Of an answer: what it holds, or a regular expression.</summary>
    public string Text { get; set; } = suggested.Text;

    /// <summary>JSON of the arguments, where these are expected.</summary>
    public string Arguments { get; set; } = suggested.Arguments is { } arguments ? ArgumentForm.Pretty(arguments) : "";

    /// <summary>Whether a text is to be typed for it.</summary>
    public bool HasText => Kind is ExpectationKind.Contains or ExpectationKind.NotContains or ExpectationKind.Matches;

    /// <summary>Whether it is about a tool.</summary>
    public bool HasTool => Kind is ExpectationKind.ToolCalled or ExpectationKind.ToolNotCalled or ExpectationKind.Arguments;

    /// <summary>Whether nothing is left to be typed that it cannot be without.</summary>
    public bool IsComplete => (!HasText || Text.Trim().Length > 0) && (!HasTool || Tool.Length > 0) && (Kind != ExpectationKind.Arguments || Arguments.Trim().Length > 0);

    /// <summary>As it is written now; JsonException where the arguments are no JSON.</summary>
    public TestExpectation Written() =>
        suggested with { Text = Text.Trim(), Tool = Tool, Arguments = Arguments.Trim().Length > 0 ? JsonSerializer.Deserialize<JsonElement>(Arguments) : null };
}
