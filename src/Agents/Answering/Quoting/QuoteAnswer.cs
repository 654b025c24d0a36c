using System.Runtime.CompilerServices;
using Platform.Agents.Answering.Citing;

namespace Platform.Agents.Answering.Quoting;

/// <summary>Streams an answer made of quotes, each cited.</summary>
internal static class QuoteAnswer
{
    public static async IAsyncEnumerable<AnswerEvent> StreamAsync(AskedQuestion question, IReadOnlyList<Quote> quotes, CitationWriter citations, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var lead = AnswerWords.LeadIn(question.Language) + "\n\n";
        yield return new AnswerText(lead);
        var written = lead.Length;
        foreach (var quote in quotes)
        {
            // The number is what the next new citation gets; quotes never share a span.
            var text = QuoteMarkdown.Of(quote.Text, quote.TableHead, citations.Count + 1);
            var (_, citation) = await citations.CiteAsync(quote.Hit, quote.Span, Verdict.Verbatim, written, written + text.TrimEnd().Length, cancellation);
            if (citation is not null)
                yield return new AnswerCitation(citation);
            yield return new AnswerText(text);
            written += text.Length;
        }
    }
}
