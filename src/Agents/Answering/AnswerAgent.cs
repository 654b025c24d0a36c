using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Platform.Agents.Answering.Citing;
using Platform.Agents.Answering.Generating;
using Platform.Agents.Answering.Quoting;
using Platform.Agents.Runs;
using Platform.ModelHost.Client;
using Platform.Retrieval.Search;

namespace Platform.Agents.Answering;

/// <summary>Answers one question from documents: retrieve, fit, generate or quote, resolve and verify citations; or lets the model itself answer. Streaming is the only implementation.</summary>
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
        AnswerFailures.ToldApartAsync(limited => question.Mode == AnswerMode.Plain ? WithoutDocumentsAsync(question, limited) : AnswerAsync(question, limited), options.AnswerTimeout, time, cancellation);

    /// <summary>The tokens that each question takes of a model's context with its instructions and the room for an answer; the documents come on top. Throws ModelHostException where nobody counts.</summary>
    /// <param name="contextTokens">Of the model that is to answer.</param>
    public Task<IReadOnlyList<int>> LeastTokensAsync(string model, IReadOnlyList<string> questions, int contextTokens, CancellationToken cancellation) => generated.LeastAsync(model, questions, contextTokens, cancellation);

    private async IAsyncEnumerable<AnswerEvent> AnswerAsync(AnswerQuestion asked, [EnumeratorCancellation] CancellationToken cancellation)
    {
        AnswerClock clock = new(time);
        var bases = (await evidence.BasesAsync(asked.Caller, cancellation)).Where(b => asked.BaseIds.Count == 0 || asked.BaseIds.Contains(b.Id)).ToList();
        yield return new AnswerStatus(AnswerStage.Searching, bases.Sum(b => b.Ready));

        NothingToSearch? nothing = bases.Count == 0 ? NothingToSearch.NoBase : bases.Sum(b => b.Ready) == 0 ? NothingToSearch.NoDocuments : null;
        var question = AskedQuestion.Of(asked.Question, asked.History);
        var found = await evidence.SearchAsync(asked.Caller, question.Query([.. bases.Select(b => b.Id)], options.Passages), cancellation);
        clock.Searched();
        var (model, instead) = await WriterAsync(asked, cancellation);
        var ranked = await quoteMode.RankAsync(question, found, byMeaning: model is null, cancellation);
        var hits = IsAnswered(question, ranked) ? found.Hits : [];
        AnswerMessages? prompt = null;
        if (model is not null && hits.Count > 0)
            (prompt, instead) = await FitAsync(question, asked, hits, model, cancellation);
        yield return new AnswerSources([.. (prompt?.Read ?? hits).Select(Source)], clock.SearchMs);

        if (hits.Count == 0)
        {
            clock.Wrote();
            yield return new AnswerText(nothing is { } why ? AnswerWords.Nothing(why, question.Language) : AnswerWords.NotFound(question.Language));
            yield return new AnswerDone(model is null ? AnswerMode.Quote : AnswerMode.Generate, NotFound: true, clock.Stop(), new(model?.Id ?? "", 0, 0, 0, 0), instead, nothing);
            yield break;
        }

        yield return new AnswerStatus(AnswerStage.Writing, 0);
        CitationWriter citations = new(evidence, asked.Caller);
        var answer = prompt is null
            ? QuoteAnswer.StreamAsync(question, quoteMode.Choose(ranked), citations, cancellation)
            : WrittenOrQuotedAsync(question, asked.Mode, prompt, found, citations, cancellation);
        AnswerDone done = new(AnswerMode.Quote, NotFound: false, new(0, 0, 0), new("", 0, 0, 0, 0), instead);
        await foreach (var item in TimedAsync(answer, done, clock, cancellation))
            yield return item;
    }

    private async IAsyncEnumerable<AnswerEvent> WithoutDocumentsAsync(AnswerQuestion asked, [EnumeratorCancellation] CancellationToken cancellation)
    {
        AnswerClock clock = new(time);
        var prompt = await generated.FitAsync(asked, await models.ChatModelAsync(cancellation, asked.Model), cancellation);
        yield return new AnswerStatus(AnswerStage.Writing, 0);
        var answer = generated.StreamAsync(AskedQuestion.Of(asked.Question, []), prompt, new(evidence, asked.Caller), cancellation);
        await foreach (var item in TimedAsync(answer, new(AnswerMode.Plain, NotFound: false, new(0, 0, 0), new("", 0, 0, 0, 0)), clock, cancellation))
            yield return item;
    }

    /// <param name="done">The end of an answer that tells none.</param>
    private static async IAsyncEnumerable<AnswerEvent> TimedAsync(IAsyncEnumerable<AnswerEvent> answer, AnswerDone done, AnswerClock clock, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var item in answer.WithCancellation(cancellation))
        {
            if (item is AnswerText)
                clock.Wrote();
            if (item is AnswerDone end)
                done = end;
            else
                yield return item is AnswerTaken taken ? taken with { Timings = clock.Stop() } : item;
        }
        yield return done with { Timings = clock.Stop() };
    }

    /// <summary>The model's own words; quotes where it turns out before the first of them that it cannot be used, as one that there is no memory for.</summary>
    private async IAsyncEnumerable<AnswerEvent> WrittenOrQuotedAsync(AskedQuestion question, AnswerMode mode, AnswerMessages prompt, SearchResult found, CitationWriter citations, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (begun, failed) = (false, false);
        await using (var written = generated.StreamAsync(question, prompt, citations, cancellation).GetAsyncEnumerator(cancellation))
        {
            while (await NextAsync(written))
            {
                begun |= written.Current is not AnswerStatus;
                yield return written.Current;
            }
        }
        if (!failed)
            yield break;
        var ranked = await quoteMode.RankAsync(question, found with { Hits = prompt.Read }, byMeaning: true, cancellation);
        await foreach (var quoted in QuoteAnswer.StreamAsync(question, quoteMode.Choose(ranked), citations, cancellation).WithCancellation(cancellation))
            yield return quoted;
        yield return new AnswerDone(AnswerMode.Quote, NotFound: false, new(0, 0, 0), new("", 0, 0, 0, 0), QuotedInstead.ModelAway);

        async Task<bool> NextAsync(IAsyncEnumerator<AnswerEvent> written)
        {
            try
            {
                return await written.MoveNextAsync();
            }
            catch (ModelHostException away) when (!begun && mode == AnswerMode.Auto && IsAway(away))
            {
                failed = true;
                return false;
            }
        }
    }

    private static bool IsAway(ModelHostException fault) => fault.Kind is ModelHostErrorKind.Unavailable or ModelHostErrorKind.ModelNotFound;

    /// <summary>Whether the best sentence bears enough on what the question itself asks; a follow-up's earlier questions do not count.</summary>
    private bool IsAnswered(AskedQuestion question, IReadOnlyList<RankedSentence> ranked) =>
        ranked.Count > 0 && Relevance.Of(ranked[0].Support, ranked[0].Passage.Hit.DenseScore) >= (question.Language == AnswerLanguage.Chinese ? options.MinRelevanceChinese : options.MinRelevance);

    /// <summary>The model that is to write the answer; null means that quotes are the answer.</summary>
    private async Task<(ServedModel? Model, QuotedInstead? Instead)> WriterAsync(AnswerQuestion asked, CancellationToken cancellation)
    {
        var mode = asked.Mode;
        if (mode == AnswerMode.Quote)
            return (null, null);
        try
        {
            var model = await models.ChatModelAsync(cancellation, asked.Model);
            return mode == AnswerMode.Generate || model.CanAnswer ? (model, null) : (null, asked.Model.Length > 0 ? QuotedInstead.ModelOnlyQuotes : null);
        }
        catch (ModelHostException away) when (mode == AnswerMode.Auto && IsAway(away))
        {
            return (null, QuotedInstead.ModelAway);
        }
    }

    /// <summary>The prompt; none where the model's context is too small for it and quotes may stand in.</summary>
    private async Task<(AnswerMessages? Prompt, QuotedInstead? Instead)> FitAsync(AskedQuestion question, AnswerQuestion asked, IReadOnlyList<SearchHit> hits, ServedModel model, CancellationToken cancellation)
    {
        try
        {
            var prompt = await generated.FitAsync(question, asked.History, hits, model, cancellation);
            asked.Sign(prompt.Settings).ConversationId = asked.ConversationId?.ToString("N");
            return (prompt, null);
        }
        catch (RunException tooLong) when (asked.Mode == AnswerMode.Auto && tooLong.Kind == RunErrorKind.ContextTooLong)
        {
            return (null, QuotedInstead.ContextTooSmall);
        }
        catch (ModelHostException away) when (asked.Mode == AnswerMode.Auto && IsAway(away))
        {
            return (null, QuotedInstead.ModelAway);
        }
    }

    private static SourceRead Source(SearchHit hit) =>
        new(hit.Passage.DocumentId, hit.DocumentName, hit.MediaType, hit.Passage.Page, hit.Passage.Id, hit.Relevance, hit.Passage.Text, hit.Passage.Heading);
}
