namespace Platform.ModelHost.Engine.Tokens.Answers;

/// <summary>The texts between which a model thinks.</summary>
internal sealed record ReasoningMarks(string Open, string Close)
{
    internal static ReasoningMarks Think { get; } = new("<think>", "</think>");

    private static readonly ReasoningMarks[] Known =
    [
        Think, new("[THINK]", "[/THINK]"), new("<seed:think>", "</seed:think>"), new("<|START_THINKING|>", "<|END_THINKING|>"), new("<|channel>thought", "<channel|>"), new("◁think▷", "◁/think▷"), new("<|begin_of_thought|>", "<|end_of_thought|>"),
    ];

    /// <summary>The marks that a template speaks of; the usual ones where it speaks of none, since some models write them all the same.</summary>
    internal static ReasoningMarks Of(string? template) => Known.FirstOrDefault(marks => template?.Contains(marks.Close, StringComparison.Ordinal) == true) ?? Think;

    /// <summary>True when a template speaks of thinking.</summary>
    internal static bool AreIn(string? template) => Known.Any(marks => template?.Contains(marks.Close, StringComparison.Ordinal) == true);

    /// <summary>True when a prompt ends inside: the template opened the thinking, and the answer goes on in it.</summary>
    internal bool AreOpenIn(string prompt) => prompt.AsSpan().TrimEnd().EndsWith(Open, StringComparison.Ordinal);
}
