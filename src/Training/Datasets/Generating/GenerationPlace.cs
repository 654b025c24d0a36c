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

    /// <summary>Where it stood in another process, which is taken up as long as the documents have as many sentences; null for the beginning.</summary>
    internal GenerationStand? Before { get; init; }

    /// <summary>What another process would go on from; null before the beginning.</summary>
    /// <param name="row">The row that would be next.</param>
    internal GenerationStand? StandAt(int row) => Walks is null ? null : new(row, Sentences.Count, [.. Walks.Select(walk => walk.Stand)]);

    /// <summary>Takes up where it stood.</summary>
    /// <returns>False where there is nothing to take up, or the documents are others by now.</returns>
    internal bool TryGoOn()
    {
        if (Walks is not null || Before is not { } before || before.Sentences != Sentences.Count)
            return Walks is not null;
        (Row, Walks) = (before.Row, [.. before.Walks.Select(stand => new SentenceWalk(stand))]);
        return true;
    }
}

/// <summary>How a place is stored. The order of the sentences follows from the wish's seed.</summary>
internal sealed record GenerationStand(int Row, int Sentences, IReadOnlyList<WalkStand> Walks);

internal sealed record WalkStand(QuestionKind Kind, int First, int Next, int End);

/// <summary>Goes through the sentences for one kind of question: each kind may ask of every one.</summary>
internal sealed class SentenceWalk(WalkStand begun)
{
    public WalkStand Stand { get; private set; } = begun;

    public bool IsAtEnd => Stand.Next == Stand.End;

    /// <summary>The sentence at First + Place is asked of, counted round.</summary>
    public (QuestionKind Kind, int First, int Place) Now => (Stand.Kind, Stand.First, Stand.Next);

    public void GoOn() => Stand = Stand with { Next = Stand.Next + 1 };
}
