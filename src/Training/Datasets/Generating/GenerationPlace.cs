namespace Platform.Training.Datasets.Generating;

/// <summary>Where the making of a wish's rows stands. Kept over a failure, it goes on with what was not asked of yet: begun anew, the same passages would give the same rows.</summary>
public sealed class GenerationPlace
{
    internal HashSet<string> Asked { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>In the order in which they are asked of; empty before the beginning.</summary>
    internal IReadOnlyList<SourceSentence> Sentences { get; set; } = [];

    /// <summary>One for each kind of question that has something left to ask; null before the beginning.</summary>
    internal List<SentenceWalk>? Walks { get; set; }

    /// <summary>The row that is made now, from 0.</summary>
    internal int Row { get; set; }
}

/// <summary>Goes through the sentences for one kind of question: each kind may ask of every one.</summary>
internal sealed class SentenceWalk(QuestionKind kind, int first, int end)
{
    private int next;

    public bool IsAtEnd => next == end;

    /// <summary>The sentence at First + Place is asked of, counted round.</summary>
    public (QuestionKind Kind, int First, int Place) Now => (kind, first, next);

    public void GoOn() => next++;
}
