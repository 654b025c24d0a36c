using System.Text.Json.Serialization;

namespace Platform.Training.Datasets.Generating;

/// <summary>What a made row asks for. Fact: a statement of a document. Procedure: what is to be done. Reverse: the place of a statement. Refusal: what no document says. MultiHop: two statements at once. Stored by name: append only.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<QuestionKind>))]
public enum QuestionKind { Fact, Procedure, Reverse, Refusal, MultiHop }

/// <summary>Rows to make from documents.</summary>
/// <param name="BaseId">The base whose documents are read.</param>
/// <param name="DocumentIds">Those of its documents that are read; empty for all that are ready.</param>
/// <param name="Count">Rows to make, 1 to 5,000; fewer are made where the documents do not hold so many.</param>
/// <param name="Seed">The same seed picks the same passages.</param>
/// <param name="Model">That writes the questions; empty for the model that answers. A model whose card says that its own words are no answers writes none: then questions are made by rule.</param>
public sealed record GenerationWish(Guid BaseId, IReadOnlyList<Guid> DocumentIds, IReadOnlyList<QuestionKind> Kinds, int Count, long Seed = 42, string Model = "")
{
    public const int MaxCount = 5000;

    /// <summary>DatasetException count_out_of_range, no_kinds.</summary>
    public void Check()
    {
        if (Count is < 1 or > MaxCount)
            throw new DatasetException("count_out_of_range", $"The number of rows to make is {Count}; it may be 1 to {MaxCount:N0}.");
        if (Kinds.Count == 0)
            throw new DatasetException("no_kinds", "No kind of question is chosen. Choose at least one.");
    }
}

/// <summary>A row that was made, or why one was not.</summary>
/// <param name="Row">Which row of the wish it was tried for, from 0.</param>
/// <param name="Item">Null where what was written does not hold.</param>
/// <param name="Dropped">Why: not_in_passage, not_found_again, no_json, no_heading, answerable; empty where there is a row.</param>
public sealed record GeneratedItem(int Row, QuestionKind Kind, NewItem? Item, string Dropped = "");
