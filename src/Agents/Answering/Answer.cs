using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;
using Platform.Agents.Runs;
using Platform.ModelHost.Client;
using Platform.Retrieval.Access;
using Platform.Retrieval.Reading;

namespace Platform.Agents.Answering;

/// <summary>Auto takes Quote unless the served chat model says that it can answer; Plain asks the model itself, without any document. A run stores it by number, an event by name: append only, and rename none.</summary>
[JsonConverter(typeof(CamelCaseNames<AnswerMode>))]
public enum AnswerMode { Auto, Quote, Generate, Plain }

/// <summary>A question with the conversation before it. All of it untrusted text. No base ids means all bases that the caller may read.</summary>
/// <param name="Model">The model that is to answer; empty for the one that is there for it.</param>
public sealed record AnswerQuestion(Caller Caller, string Question, IReadOnlyList<PastTurn> History, IReadOnlyList<Guid> BaseIds, AnswerMode Mode = AnswerMode.Auto, string Model = "")
{
    /// <summary>The conversation that it is asked in; null where there is none. Its turns are answered by the engine that has read its beginning.</summary>
    public Guid? ConversationId { get; init; }

    /// <summary>It was answered before, and is to have a further answer: without documents the likeliest words would be the same ones.</summary>
    public bool IsAgain { get; init; }

    /// <summary>It is asked to measure by: nobody uses the model, or an adapter, by it.</summary>
    public bool IsMeasuring { get; init; }

    /// <summary>Says in a request's options who asks, and what for.</summary>
    /// <returns>The same options.</returns>
    internal ChatOptions Sign(ChatOptions options)
    {
        options.By(Caller.UserId, Caller.IsAdministrator);
        return IsMeasuring ? options.ToMeasure() : options;
    }
}

/// <summary>An earlier message; Role is user or assistant.</summary>
public sealed record PastTurn(string Role, string Text);

/// <summary>How a cited sentence stands to its source; Verbatim: it is the source's own words, and nobody judged whether they answer. Stored by name: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<Verdict>))]
public enum Verdict { Supported, Partly, Unsupported, NoClaim, Verbatim }

/// <summary>A resolved and verified citation, with a copy of the cited text so that later changes do not rewrite history.</summary>
/// <param name="N">The number shown, from 1, by first appearance in the answer.</param>
/// <param name="Start">First character of the quote in the document's text; <paramref name="End"/> is exclusive.</param>
/// <param name="Quote">The exact span: the document's text from Start to End.</param>
/// <param name="Context">The passage around the quote.</param>
/// <param name="AnswerStart">Span of the sentence in the answer that cites it.</param>
public sealed record Citation(
    int N, Guid DocumentId, Guid BaseId, string DocumentName, string MediaType, int DocumentVersion, Guid PassageId, string Heading,
    int Page, int Start, int End, string Quote, string Context, int ContextStart, IReadOnlyList<PageRectangle> Rectangles,
    double Score, Verdict Verdict, int AnswerStart, int AnswerEnd)
{
    /// <summary>The http or https address of a page of the web; null for a document. Start and End count in its text as it was read, which is not kept but for the quote.</summary>
    public string? Url { get; init; }

    /// <summary>What is cited, whatever was judged of it: a source that sentences fare differently with has a number for each verdict, and is one source.</summary>
    public (Guid DocumentId, string DocumentName, int Start, int End, string Quote) Source() => (DocumentId, DocumentName, Start, End, Quote);
}

/// <summary>A passage that was read, cited or not.</summary>
/// <param name="Heading">Headings above it, outermost first, joined by " › "; empty when none.</param>
public sealed record SourceRead(Guid DocumentId, string DocumentName, string MediaType, int Page, Guid PassageId, double Score, string Excerpt, string Heading = "")
{
    private const int MaxExcerpt = 300;

    /// <summary>What a tool showed under a number.</summary>
    public static SourceRead Of(Citation shown)
    {
        ArgumentNullException.ThrowIfNull(shown);
        return new(shown.DocumentId, shown.DocumentName, shown.MediaType, shown.Page, shown.PassageId, shown.Score, ShortText.Of(shown.Quote, MaxExcerpt), shown.Heading);
    }
}

/// <summary>Times of the parts of an answer.</summary>
public sealed record AnswerTimings(double SearchMs, double FirstTokenMs, double TotalMs);

/// <summary>What an answer took. Tokens are 0 in Quote mode.</summary>
public sealed record AnswerUsage(string Model, int PromptTokens, int CachedTokens, int CompletionTokens, double TokensPerSecond);
