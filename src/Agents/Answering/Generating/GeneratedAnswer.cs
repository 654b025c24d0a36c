using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Platform.Agents.Answering.Citing;
using Platform.Agents.Runs;
using Platform.ModelHost.Client;
using Platform.Retrieval.Search;

namespace Platform.Agents.Answering.Generating;

/// <summary>What is sent to the model, and the passages in it, as far as they are in it.</summary>
internal sealed record AnswerMessages(IReadOnlyList<ChatMessage> Messages, IReadOnlyList<SearchHit> Read, ChatOptions Settings);

/// <summary>Lets the chat model answer from numbered passages, and resolves and verifies its citation marks as they stream; or from nothing.</summary>
/// <remarks>What the model writes is untrusted text.</remarks>
internal sealed class GeneratedAnswer(IChatClient chat, PromptBudget budget, IOptions<AgentsOptions> options)
{
    private const int LongestHistory = 6;

    /// <summary>Streams the answer; the last event is an <see cref="AnswerDone"/> without timings, or an <see cref="AnswerTaken"/> before what broke it off. Throws RunException(ModelFailed) where the model writes nothing.</summary>
    public async IAsyncEnumerable<AnswerEvent> StreamAsync(AskedQuestion question, AnswerMessages prompt, CitationWriter citations, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var mode = prompt.Read.Count > 0 ? AnswerMode.Generate : AnswerMode.Plain;
        CitationMarks marks = new(prompt.Read.Count);
        StringBuilder answer = new();
        AnswerUsage usage = new(prompt.Settings.ModelId ?? "", 0, 0, 0, 0);
        ChatFinishReason? end = null;
        ExceptionDispatchInfo? broken = null;
        var thought = 0; // characters
        await using var updates = chat.GetStreamingResponseAsync(prompt.Messages, prompt.Settings, cancellation).GetAsyncEnumerator(cancellation);
        while (await NextAsync())
        {
            var update = updates.Current;
            thought += update.Contents.OfType<TextReasoningContent>().Sum(content => content.Text.Length);
            if (StatusOf(update) is { } status)
                yield return status;
            usage = UsageOf(update, usage);
            end = update.FinishReason ?? end;
            if (mode == AnswerMode.Plain && update.Text.Length > 0)
            {
                answer.Append(update.Text);
                yield return new AnswerText(update.Text);
            }
            foreach (var piece in mode == AnswerMode.Plain ? [] : marks.Push(update.Text))
            {
                await foreach (var written in WriteAsync(piece, answer, prompt.Read, citations, cancellation))
                    yield return written;
            }
        }
        if (broken is not null)
        {
            if (answer.Length + thought > 0) // an engine that wrote nothing may not have read anything either
                yield return new AnswerTaken(mode, new(0, 0, 0), usage with { PromptTokens = Read(), CompletionTokens = usage.CompletionTokens > 0 ? usage.CompletionTokens : TokenEstimate.Of(answer.ToString()) + ((thought + 2) / 3) });
            broken.Throw();
        }
        if (marks.Rest() is { Length: > 0 } rest)
        {
            answer.Append(rest);
            yield return new AnswerText(rest);
        }
        int? cutAt = end != ChatFinishReason.Length ? null : usage.CompletionTokens > 0 ? usage.CompletionTokens : prompt.Settings.MaxOutputTokens;
        if (string.IsNullOrWhiteSpace(answer.ToString()))
            throw NothingWritten(usage.Model, cutAt);
        var notFound = mode == AnswerMode.Generate && citations.Count == 0 && answer.ToString().Contains(AnswerWords.NotFound(question.Language).TrimEnd('.', '。'), StringComparison.OrdinalIgnoreCase);
        yield return new AnswerDone(mode, notFound, new(0, 0, 0), usage, CutAtTokens: cutAt);

        int Read() => usage.PromptTokens > 0 ? usage.PromptTokens : prompt.Messages.Sum(message => TokenEstimate.Of(message.Text));

        async Task<bool> NextAsync()
        {
            try
            {
                return await updates.MoveNextAsync();
            }
            catch (Exception failure) when (failure is OperationCanceledException or ModelHostException)
            {
                broken = ExceptionDispatchInfo.Capture(failure);
                return false;
            }
        }
    }

    /// <summary>Fits the prompt to the model. Throws RunException(ContextTooLong) where not even the first sentence of a passage fits.</summary>
    public async Task<AnswerMessages> FitAsync(
        AskedQuestion question, IReadOnlyList<PastTurn> history, IReadOnlyList<SearchHit> hits, ServedModel model, CancellationToken cancellation)
    {
        var prompt = AnswerPrompt.For(question.Language);
        var context = model.ContextTokens > 0 ? model.ContextTokens : options.Value.AssumedContextTokens;
        var answerTokens = Math.Min(options.Value.MaxAnswerTokens, context / 4);
        PastTurn[] turns = [.. history.TakeLast(LongestHistory).Select(turn => turn with { Text = UntrustedText.ForPrompt(turn.Text) })];
        var fitted = await budget.FitAsync(context, answerTokens, prompt.Instructions, prompt.Fill("", question.Text), turns, hits, cancellation);
        List<ChatMessage> messages =
        [
            new(ChatRole.System, prompt.Instructions),
            .. fitted.Turns.Select(turn => new ChatMessage(turn.Role == "user" ? ChatRole.User : ChatRole.Assistant, turn.Text)),
            new(ChatRole.User, prompt.Fill(string.Concat(fitted.Read.Select(PromptBudget.Sent)).TrimEnd(), question.Text)),
        ];
        ChatOptions settings = new()
        {
            ModelId = model.Id, Temperature = 0.2f, MaxOutputTokens = answerTokens,
            AdditionalProperties = new() { ["return_progress"] = true, ["speculation"] = "prompt_lookup" }, // answers repeat the passages
        };
        return new(messages, fitted.Read, settings);
    }

    /// <summary>The tokens that each question takes with its instructions and the room for an answer, before a word of a document.</summary>
    public Task<IReadOnlyList<int>> LeastAsync(string model, IReadOnlyList<string> questions, int contextTokens, CancellationToken cancellation) =>
        budget.LeastAsync(model, Math.Min(options.Value.MaxAnswerTokens, contextTokens / 4), [.. questions.Select(text => (AnswerPrompt.For(AskedQuestion.Of(text, []).Language), text)).Select(one => (one.Item1.Instructions, one.Item1.Fill("", one.text)))], cancellation);

    /// <summary>Fits what was said to the model, without any document and with nothing around it, as rows that are learned from have nothing: what an adapter learned is what is heard. Throws RunException(ContextTooLong) where the question leaves no room for an answer.</summary>
    public async Task<AnswerMessages> FitAsync(AnswerQuestion asked, ServedModel model, CancellationToken cancellation)
    {
        var context = model.ContextTokens > 0 ? model.ContextTokens : options.Value.AssumedContextTokens;
        var (turns, room) = await budget.FitAsync(context, asked.Question, [.. asked.History.TakeLast(LongestHistory)], cancellation);
        List<ChatMessage> messages = [.. turns.Select(turn => new ChatMessage(turn.Role == "user" ? ChatRole.User : ChatRole.Assistant, turn.Text)), new(ChatRole.User, asked.Question)];
        ChatOptions settings = new()
        {
            // The likeliest words: the same question gets the same answer, and what differs between two models are the models.
            ModelId = model.Id, Temperature = asked.IsAgain ? 0.7f : 0, MaxOutputTokens = Math.Min(options.Value.MaxAnswerTokens, room), ConversationId = asked.ConversationId?.ToString("N"),
            AdditionalProperties = new() { ["return_progress"] = true },
        };
        return new(messages, [], asked.Sign(settings));
    }

    private static RunException NothingWritten(string model, int? cutAt) => new(RunErrorKind.ModelFailed, cutAt is { } limit
        ? $"The model {model} reached the limit of {limit:N0} tokens before it wrote any of the answer; thinking counts too. Raise Agents:MaxAnswerTokens, ask a narrower question, or load a model that thinks less."
        : $"The model {model} ended without writing anything. Ask again, or load another model.");

    private static async IAsyncEnumerable<AnswerEvent> WriteAsync(AnswerPiece piece, StringBuilder answer, IReadOnlyList<SearchHit> hits, CitationWriter citations, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (!piece.IsMark)
        {
            answer.Append(piece.Text);
            yield return new AnswerText(piece.Text);
            yield break;
        }
        var sentence = CitingSentence.Before(answer.ToString());
        StringBuilder shown = new(piece.Text);
        foreach (var number in piece.Numbers)
        {
            var hit = hits[number - 1];
            var (span, verdict) = CitedSpan.Of(sentence.Claim, hit.Passage.Text);
            var (shownNumber, citation) = await citations.CiteAsync(hit, span, verdict, sentence.Start, sentence.End, cancellation);
            if (citation is not null)
                yield return new AnswerCitation(citation);
            shown.Append('[').Append(shownNumber).Append(']');
        }
        answer.Append(shown);
        yield return new AnswerText(shown.ToString());
    }

    private static AnswerStatus? StatusOf(ChatResponseUpdate update)
    {
        if (update.AdditionalProperties is not { } more)
            return null;
        if (more.TryGetValue(ChatUpdateKeys.QueuePosition, out int position))
            return new(AnswerStage.Queued, position);
        return more.TryGetValue(ChatUpdateKeys.PromptProcessed, out int read) && more.TryGetValue(ChatUpdateKeys.PromptTotal, out int total) && total > 0
            ? new(AnswerStage.Reading, (int)(100L * read / total))
            : null;
    }

    private static AnswerUsage UsageOf(ChatResponseUpdate update, AnswerUsage usage)
    {
        foreach (var counted in update.Contents.OfType<UsageContent>().Select(content => content.Details))
        {
            usage = usage with
            {
                PromptTokens = (int)(counted.InputTokenCount ?? usage.PromptTokens),
                CachedTokens = (int)(counted.CachedInputTokenCount ?? usage.CachedTokens),
                CompletionTokens = (int)(counted.OutputTokenCount ?? usage.CompletionTokens),
            };
        }
        return update.AdditionalProperties is { } more && more.TryGetValue(ChatUpdateKeys.Timings, out ServedTimings? timings) && timings is not null
            ? usage with { TokensPerSecond = timings.PredictedPerSecond }
            : usage;
    }
}
