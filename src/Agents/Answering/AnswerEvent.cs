using System.Text.Json.Serialization;
using Platform.Agents.Runs;

namespace Platform.Agents.Answering;

/// <summary>What happens while answering, in order: status (searching), sources, (status | text | citation)*, done; without documents neither of the first two. A failure is thrown, where the model had begun after what it took.</summary>
public abstract record AnswerEvent;

/// <summary>What is going on, for the status line.</summary>
public sealed record AnswerStatus(AnswerStage Stage, int Value) : AnswerEvent;

/// <summary>Queued's value is the position, Searching's the documents searched, Reading's the percentage of the prompt.</summary>
[JsonConverter(typeof(CamelCaseNames<AnswerStage>))]
public enum AnswerStage { Queued, Searching, Reading, Writing }

/// <summary>The passages read (of an agent those that a call showed), as far as they were read: a model with a small context sees fewer, the last one cut.</summary>
public sealed record AnswerSources(IReadOnlyList<SourceRead> Sources, double SearchMs) : AnswerEvent
{
    /// <summary>Of an agent's run: the call that brought them; null for an answer's own search.</summary>
    public string? CallId { get; init; }

    /// <summary>The step of that call.</summary>
    public string? StepId { get; init; }
}

/// <summary>New Markdown text; citation marks are written [n].</summary>
public sealed record AnswerText(string Text) : AnswerEvent;

/// <summary>A citation whose mark has been written or follows at once.</summary>
public sealed record AnswerCitation(Citation Citation) : AnswerEvent;

/// <summary>What an answer took that is broken off, after its model had begun: its failure, or the cancellation, is thrown next.</summary>
/// <param name="Usage">An estimate, as engines count at the end.</param>
public sealed record AnswerTaken(AnswerMode Mode, AnswerTimings Timings, AnswerUsage Usage) : AnswerEvent;

/// <summary>The end. NotFound: nothing lay above the threshold, or there was nothing to search, and the text says so.</summary>
/// <param name="InsteadBecause">Why the answer is made of quotes although the model's own words were to be tried; null when they were not.</param>
/// <param name="NothingToSearch">Why there was nothing to search; null when there was something.</param>
/// <param name="CutAtTokens">The number of tokens at whose limit the model stopped before its answer was complete; null for a complete one.</param>
public sealed record AnswerDone(
    AnswerMode Mode, bool NotFound, AnswerTimings Timings, AnswerUsage Usage, QuotedInstead? InsteadBecause = null, NothingToSearch? NothingToSearch = null, int? CutAtTokens = null) : AnswerEvent
{
    /// <summary>Of an agent that is to answer from its tools alone: it answered without a result of any, or what it cites supports none of it.</summary>
    public bool IsUnsourced { get; init; }

    /// <summary>Of an agent that a limit ended before its model had said anything: the text is the program's, which says so.</summary>
    public bool IsUnanswered { get; init; }
}

/// <summary>What kept a model from answering in its own words; ModelOnlyQuotes: it was chosen by name, and its card says that its words are no answers. Stored by name: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<QuotedInstead>))]
public enum QuotedInstead { ModelAway, ContextTooSmall, ModelOnlyQuotes }

/// <summary>What was missing before any search: a base (those chosen were deleted, say), or a document in it that is ready. Stored by name: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<NothingToSearch>))]
public enum NothingToSearch { NoBase, NoDocuments }
