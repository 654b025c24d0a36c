namespace Platform.Agents.Answering.Quoting;

/// <summary>What each property of a sentence weighs. Found by measuring on the golden questions of the samples.</summary>
internal sealed record RankingWeights
{
    public static RankingWeights Default { get; } = new();

    /// <summary>A synonym in place of a term of the question.</summary>
    public double Synonym { get; init; } = 0.85;

    /// <summary>A word of a phrase of the question, without the rest of the phrase.</summary>
    public double PartOfPhrase { get; init; } = 0.7;

    /// <summary>A term that stands in the nearest heading, in those above it, in the sentence or title before, or in the head of the sentence's table.</summary>
    public double Heading { get; init; } = 0.75;
    public double Above { get; init; } = 0.25;
    public double Before { get; init; } = 0.4;
    public double BeforePronoun { get; init; } = 0.7;
    public double BeforeTitle { get; init; } = 0.8;
    public double TableHead { get; init; } = 0.9;

    /// <summary>Terms that stand near each other in the question and in the sentence.</summary>
    public double Near { get; init; } = 0.06;

    /// <summary>Standing under a heading that names what is asked about.</summary>
    public double Topic { get; init; } = 0.15;

    /// <summary>Beginning with what is asked about.</summary>
    public double First { get; init; } = 0.1;

    /// <summary>Holding the kind of thing that is asked for: a number, a date, a person.</summary>
    public double Hint { get; init; } = 0.3;

    /// <summary>A span of numbers that a number of the question lies in.</summary>
    public double Range { get; init; } = 0.3;

    /// <summary>The first passage of the search; each further one counts less, by <see cref="RankFall"/>.</summary>
    public double Rank { get; init; } = 0.12;
    public double RankFall { get; init; } = 0.5;

    /// <summary>The cosine of the sentence and the question. The small model that comes with the program says little: more made answers worse.</summary>
    public double Likeness { get; init; } = 0.2;

    /// <summary>Taken off a title, a question, a table's head or a caption.</summary>
    public double AnswersNothing { get; init; } = 0.5;

    /// <summary>What a word weighs more that is nowhere in the index, Chinese or other: it is what the documents are silent about.</summary>
    public double UnknownChinese { get; init; } = 1;
    public double UnknownOther { get; init; } = 1.5;

    /// <summary>What a word weighs less that says little about the subject: take, make, still.</summary>
    public double Light { get; init; } = 0.4;
}
