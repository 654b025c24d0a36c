using System.Text.Json.Serialization;

namespace Platform.Training.Datasets.Generating;

/// <summary>What a made row asks for. Fact: a statement of a document. Procedure: what is to be done. Reverse: the place of a statement. Refusal: what no document says. MultiHop: two statements at once. Stored by name: append only.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<QuestionKind>))]
public enum QuestionKind { Fact, Procedure, Reverse, Refusal, MultiHop }

/// <summary>Answers to sample for each question, of which the best is kept.</summary>
/// <param name="SourceId">The dataset whose approved dialogues ask the questions.</param>
/// <param name="RewardJob">Id of a finished training job that learned preferences, and so rates answers.</param>
/// <param name="Samples">Answers a question, 2 to 16.</param>
public sealed record BestOf(Guid SourceId, string RewardJob, int Samples)
{
    public const int MinSamples = 2, MaxSamples = 16;
}

/// <summary>Rows to make: from documents, or by answering the questions of a dataset anew.</summary>
/// <param name="BaseId">The base whose documents are read.</param>
/// <param name="DocumentIds">Those of its documents that are read; empty for all that are ready.</param>
/// <param name="Count">Rows to make, 1 to 5,000; fewer are made where the documents do not hold so many.</param>
/// <param name="Seed">The same seed picks the same passages.</param>
/// <param name="Model">That writes the questions, or the answers that are compared; empty for the model that answers. Where a model's card says that its own words are no answers, questions are made by rule.</param>
/// <param name="BestOf">Null makes rows from documents; else those and the kinds are not looked at.</param>
public sealed record GenerationWish(Guid BaseId, IReadOnlyList<Guid> DocumentIds, IReadOnlyList<QuestionKind> Kinds, int Count, long Seed = 42, string Model = "", BestOf? BestOf = null)
{
    public const int MaxCount = 5000;

    /// <summary>The kinds to begin with. A rule asks about a whole section, and each of its sentences would be a right answer: it makes good rows only of where a sentence stands, and of what no document says.</summary>
    /// <param name="byRule">No model writes the questions.</param>
    public static IReadOnlyList<QuestionKind> UsualKinds(bool byRule) => byRule ? [QuestionKind.Reverse, QuestionKind.Refusal] : [QuestionKind.Fact, QuestionKind.Procedure, QuestionKind.Reverse, QuestionKind.Refusal];

    /// <summary>Answers the first questions of a dataset anew.</summary>
    public static GenerationWish Best(BestOf best, int count, string model) => new(Guid.Empty, [], [], count, Model: model, BestOf: best);

    /// <summary>DatasetException count_out_of_range, no_kinds, samples_out_of_range, no_reward.</summary>
    public void Check()
    {
        if (Count is < 1 or > MaxCount)
            throw new DatasetException("count_out_of_range", $"The number of rows to make is {Count}; it may be 1 to {MaxCount:N0}.");
        if (BestOf is { Samples: < BestOf.MinSamples or > BestOf.MaxSamples })
            throw new DatasetException("samples_out_of_range", $"The number of answers a question is {BestOf.Samples}; it may be {BestOf.MinSamples} to {BestOf.MaxSamples}.");
        if (BestOf is { RewardJob.Length: 0 })
            throw new DatasetException("no_reward", "No training job is chosen that rates the answers. Train one on preferences first.");
        if (BestOf is null && Kinds.Count == 0)
            throw new DatasetException("no_kinds", "No kind of question is chosen. Choose at least one.");
    }
}

/// <summary>A row that was made, or why one was not.</summary>
/// <param name="Row">Which row of the wish it was tried for, from 0.</param>
/// <param name="Item">Null where what was written does not hold.</param>
/// <param name="Kind">Null for a question of a dataset that was answered anew.</param>
/// <param name="Dropped">Why: not_in_passage, not_found_again, no_json, no_heading, answerable, repeated, used_up of documents; held_back, no_question, alike, unrated, used_up of questions answered anew. Empty where there is a row.</param>
/// <param name="Missing">Rows of the wish that are given up with it: none where another passage is tried for this one, and several where nothing is left to try.</param>
public sealed record GeneratedItem(int Row, QuestionKind? Kind, NewItem? Item, string Dropped = "", int Missing = 0);
