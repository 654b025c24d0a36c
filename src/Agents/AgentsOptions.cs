using System.ComponentModel.DataAnnotations;

namespace Platform.Agents;

/// <summary>Bound from `Agents`.</summary>
public sealed class AgentsOptions
{
    /// <summary>Answers that are written at once; further runs wait. 1 to 64, default 4.</summary>
    [Range(1, 64)]
    public int RunsAtOnce { get; set; } = 4;

    /// <summary>Runs that may wait; a further one is refused as busy. 0 to 10,000, default 256.</summary>
    [Range(0, 10_000)]
    public int WaitingRuns { get; set; } = 256;

    /// <summary>Streams of one run's events that a person may have open at once; a further one is refused. 1 to 1,000, default 16.</summary>
    [Range(1, 1_000)]
    public int EventStreams { get; set; } = 16;

    /// <summary>Longest time for one answer, search included. Default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a person has to approve a call of an agent; then it is rejected. Default 24 hours.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan ApprovalTime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long conversations that stand in no list (runs of programs and schedules, trials of the editor) are kept after the last run in them. 0 keeps them for ever. Default 90 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan KeepUnlisted { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Longest time that new events of a run stay unstored. Default 250 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:10")]
    public TimeSpan StoreEvery { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>New events of a run that are stored at once without waiting for the time. Default 64.</summary>
    [Range(1, 4096)]
    public int StoreAfterEvents { get; set; } = 64;

    /// <summary>
    /// Least relevance of the best sentence, 0 to 1: by Retrieval's Relevance.Of, from the share of the question's weight that the sentence covers with its surroundings and from its
    /// passage's cosine. Below it the answer says that the documents do not hold it. Measure again (`eval`) when that formula or the ranking of sentences changes.
    /// </summary>
    [Range(0.0, 1.0)]
    public double MinRelevance { get; set; } = 0.33;

    /// <summary>The same for questions in Chinese: they are cut into pairs of characters, of which some only join two words, so that less is covered.</summary>
    [Range(0.0, 1.0)]
    public double MinRelevanceChinese { get; set; } = 0.26;

    /// <summary>Most passages read for one answer. 1 to 50, default 8.</summary>
    [Range(1, 50)]
    public int Passages { get; set; } = 8;

    /// <summary>Most quotes of an answer in Quote mode. 1 to 10, default 3.</summary>
    [Range(1, 10)]
    public int Quotes { get; set; } = 3;

    /// <summary>Most tokens that the model may write; never more than a quarter of its context. Default 768.</summary>
    [Range(16, 32_768)]
    public int MaxAnswerTokens { get; set; } = 768;

    /// <summary>Context of a chat model whose service does not say it, tokens. Default 4,096.</summary>
    [Range(256, 1_048_576)]
    public int AssumedContextTokens { get; set; } = 4096;
}
