using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Platform.Agents.Answering.Citing;
using Platform.Agents.Answering.Generating;
using Platform.Agents.Answering.Quoting;
using Platform.ModelHost.Client;
using Platform.Retrieval.Search;

namespace Platform.Agents.Answering;

/// <summary>Answers one question from documents: retrieve, fit, generate or quote, resolve and verify citations. Streaming is the only implementation.</summary>
public sealed class AnswerAgent
{
    private readonly IEvidence evidence;
    private readonly ServedModels models;
    private readonly GeneratedAnswer generated;
    private readonly QuoteMode quoteMode;
    private readonly AgentsOptions options;
    private readonly TimeProvider time;

    internal AnswerAgent(IEvidence evidence, ServedModels models, GeneratedAnswer generated, QuoteMode quoteMode, IOptions<AgentsOptions> options, TimeProvider time) =>
        (this.evidence, this.models, this.generated, this.quoteMode, this.options, this.time) = (evidence, models, generated, quoteMode, options.Value, time);

    /// <summary>Throws RunException for failures; OperationCanceledException passes through.</summary>
    public IAsyncEnumerable<AnswerEvent> StreamAsync(AnswerQuestion question, CancellationToken cancellation) =>
        AnswerFailures.ToldApartAsync(limited => AnswerAsync(question, limited), options.AnswerTimeout, time, cancellation);

    private async IAsyncEnumerable<AnswerEvent> AnswerAsync(AnswerQuestion asked, [EnumeratorCancellation] CancellationToken cancellation)
    {
        AnswerClock clock = new(time);
        var bases = (await evidence.BasesAsync(asked.Caller, cancellation)).Where(b => asked.BaseIds.Count == 0 || asked.BaseIds.Contains(b.Id)).ToList();
        yield return new AnswerStatus(AnswerStage.Searching, bases.Sum(b => b.Ready));

        var (question, hits) = await SearchAsync(asked, [.. bases.Select(b => b.Id)], cancellation);
        clock.Searched();
        var model = await ModelAsync(asked.Mode, cancellation);
        var quotes = model is null ? await quoteMode.ChooseAsync(question, hits, cancellation) : [];
        yield return new AnswerSources([.. hits.Select(Source)], clock.SearchMs);

        if (hits.Count == 0)
        {
            clock.Wrote();
            yield return new AnswerText(AnswerWords.NotFound(question.Language));
            yield return new AnswerDone(model is null ? AnswerMode.Quote : AnswerMode.Generate, NotFound: true, clock.Stop(), new(model?.Id ?? "", 0, 0, 0, 0));
            yield break;
        }

        yield return new AnswerStatus(AnswerStage.Writing, 0);
        CitationWriter citations = new(evidence, asked.Caller);
        var answer = model is null
            ? QuoteAnswer.StreamAsync(question, quotes, citations, cancellation)
            : generated.StreamAsync(question, asked.History, hits, model, citations, cancellation);
        AnswerDone done = new(AnswerMode.Quote, NotFound: false, new(0, 0, 0), new("", 0, 0, 0, 0));
        await foreach (var item in answer.WithCancellation(cancellation))
        {
            if (item is AnswerText)
                clock.Wrote();
            if (item is AnswerDone end)
                done = end;
            else
                yield return item;
        }
        yield return done with { Timings = clock.Stop() };
    }

    /// <summary>What the question means in its conversation, and the passages that bear on it. A question that may or may not be a follow-up is first searched by itself.</summary>
    private async Task<(AskedQuestion Question, IReadOnlyList<SearchHit> Hits)> SearchAsync(AnswerQuestion asked, IReadOnlyList<Guid> bases, CancellationToken cancellation)
    {
        var alone = AskedQuestion.Alone(asked.Question);
        if (bases.Count == 0)
            return (alone, []);
        var inContext = AskedQuestion.InContext(asked.Question, asked.History);
        var question = AskedQuestion.PointsBack(asked.Question) ? inContext : alone;
        var hits = await RelevantAsync(question);
        if (hits.Count == 0 && question == alone && inContext.SearchText != alone.SearchText && AskedQuestion.IsShort(asked.Question))
            (question, hits) = (inContext, await RelevantAsync(inContext));
        return (question, hits);

        async Task<IReadOnlyList<SearchHit>> RelevantAsync(AskedQuestion what)
        {
            var result = await evidence.SearchAsync(asked.Caller, new SearchQuery(what.SearchText, bases, options.Passages), cancellation);
            var least = what.Language == AnswerLanguage.Chinese ? options.MinRelevanceChinese : options.MinRelevance;
            return result.Hits.Any(hit => hit.Relevance >= least) ? result.Hits : [];
        }
    }

    /// <summary>The model that is to write the answer; null means that quotes are the answer.</summary>
    private async Task<ServedModel?> ModelAsync(AnswerMode mode, CancellationToken cancellation)
    {
        if (mode == AnswerMode.Quote)
            return null;
        var model = await models.ChatModelAsync(cancellation);
        return mode == AnswerMode.Generate || model.CanAnswer ? model : null;
    }

    private static SourceRead Source(SearchHit hit) =>
        new(hit.Passage.DocumentId, hit.DocumentName, hit.MediaType, hit.Passage.Page, hit.Passage.Id, hit.Relevance, hit.Passage.Text, hit.Passage.Heading);
}
