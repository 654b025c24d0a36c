using System.Text.Json;
using Platform.Agents.Answering;

namespace Platform.Agents.Tools;

/// <summary>What a call came to. The text is untrusted: whoever shows it to a model fences it.</summary>
/// <param name="Text">For the model, at most <see cref="MaxCharacters"/>; of an error, a sentence that says what to do.</param>
/// <param name="Data">The same as data, where there is any; for the trace and for tests.</param>
/// <param name="Citations">What the numbers in the text stand for.</param>
public sealed record ToolOutcome(string Text, JsonElement? Data, IReadOnlyList<Citation> Citations, bool IsError)
{
    /// <summary>The most that one call may put before a model, characters.</summary>
    public const int MaxCharacters = 16_000;

    /// <summary>True when the tool's own time was up: whether its work was done is not known.</summary>
    public bool IsTimeout { get; init; }

    /// <summary>True when a person must decide something before the call can come to an end: it is made again then.</summary>
    public bool IsWaiting { get; init; }

    /// <summary>Tokens that models took for it.</summary>
    public int Tokens { get; init; }

    public static ToolOutcome Waiting { get; } = new("A person must decide first.", null, [], IsError: false) { IsWaiting = true };

    public static ToolOutcome Of(string text, JsonElement? data = null, IReadOnlyList<Citation>? citations = null) => new(text, data, citations ?? [], IsError: false);

    public static ToolOutcome Failed(string sentence) => new(sentence, null, [], IsError: true);

    /// <summary>The outcome cut to <see cref="MaxCharacters"/>, saying so.</summary>
    public ToolOutcome Bounded()
    {
        if (Text.Length <= MaxCharacters)
            return this;
        var end = char.IsHighSurrogate(Text[MaxCharacters - 101]) ? MaxCharacters - 101 : MaxCharacters - 100;
        return this with { Text = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Text.AsSpan(0, end)}\n… cut: {Text.Length - end:N0} further characters are left out.") };
    }
}
