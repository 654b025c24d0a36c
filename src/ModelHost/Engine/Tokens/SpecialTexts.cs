namespace Platform.ModelHost.Engine.Tokens;

/// <summary>The texts of a model's control tokens, and what tokenizing adds by itself.</summary>
/// <param name="Begin">Text of the token that begins a text; empty where there is none.</param>
/// <param name="AddsBegin">Tokenizing puts it first, so a template must not print it too.</param>
/// <param name="Control">Every text that is read as a control token, longest first.</param>
/// <param name="Ends">Texts of the tokens that end an answer.</param>
internal sealed record SpecialTexts(string Begin, bool AddsBegin, string End, bool AddsEnd, IReadOnlyList<string> Control, IReadOnlyList<string> Ends)
{
    /// <summary>Stands in a text of ours where a call is shown; never in untrusted text.</summary>
    internal const char ExamplePlace = '\u0002';

    private const char Breaker = '\u200B'; // zero-width space: shows nothing

    internal static SpecialTexts None { get; } = new("", false, "", false, [], []);

    /// <summary>Breaks up control texts in untrusted text, so that a message cannot end its own turn or begin another's.</summary>
    internal string Defuse(string text)
    {
        text = text.Replace('\0', ' '); // a C string ends at NUL
        foreach (var control in Control)
        {
            if (text.Contains(control, StringComparison.Ordinal)) { text = text.Replace(control, control[..1] + Breaker + control[1..], StringComparison.Ordinal); }
        }
        return text;
    }

    /// <summary>The prompt without what tokenizing adds again.</summary>
    internal string WithoutAdded(string prompt)
    {
        if (AddsBegin && Begin.Length > 0 && prompt.StartsWith(Begin, StringComparison.Ordinal)) { prompt = prompt[Begin.Length..]; }
        if (AddsEnd && End.Length > 0 && prompt.EndsWith(End, StringComparison.Ordinal)) { prompt = prompt[..^End.Length]; }
        return prompt;
    }
}
