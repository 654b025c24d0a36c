using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Platform.Agents.Answering.Citing;
using Platform.ModelHost.Client;
using Platform.Retrieval.Search;

namespace Platform.Agents.Answering.Generating;

/// <summary>What is sent to the model, and how many of the passages are in it.</summary>
internal sealed record AnswerMessages(IReadOnlyList<ChatMessage> Messages, int Passages, ChatOptions Settings);

/// <summary>Lets the chat model answer from numbered passages, and resolves and verifies its citation marks as they stream.</summary>
/// <remarks>What the model writes is untrusted text.</remarks>
internal sealed class GeneratedAnswer(IChatClient chat, PromptBudget budget, IOptions<AgentsOptions> options)
{
    private const int LongestHistory = 6;

    /// <summary>Streams the answer; the last event is an <see cref="AnswerDone"/> without timings.</summary>
    public async IAsyncEnumerable<AnswerEvent> StreamAsync(AskedQuestion question, AnswerMessages prompt, IReadOnlyList<SearchHit> hits, CitationWriter citations, [EnumeratorCancellation] CancellationToken cancellation)
    {
        CitationMarks marks = new(prompt.Passages);
        StringBuilder answer = new();
        AnswerUsage usage = new(prompt.Settings.ModelId ?? "", 0, 0, 0, 0);
        await foreach (var update in chat.GetStreamingResponseAsync(prompt.Messages, prompt.Settings, cancellation))
        {
            if (StatusOf(update) is { } status)
                yield return status;
            usage = UsageOf(update, usage);
            foreach (var piece in marks.Push(update.Text))
            {
                await foreach (var written in WriteAsync(piece, answer, hits, citations, cancellation))
                    yield return written;
            }
        }
        if (marks.Rest() is { Length: > 0 } rest)
        {
            answer.Append(rest);
            yield return new AnswerText(rest);
        }
        var notFound = citations.Count == 0 && answer.ToString().Contains(AnswerWords.NotFound(question.Language).TrimEnd('.', '。'), StringComparison.OrdinalIgnoreCase);
        yield return new AnswerDone(AnswerMode.Generate, notFound, new(0, 0, 0), usage);
    }

    /// <summary>Fits the prompt to the model. Throws RunException(ContextTooLong) where not even the first sentence of a passage fits.</summary>
    public async Task<AnswerMessages> FitAsync(
        AskedQuestion question, IReadOnlyList<PastTurn> history, IReadOnlyList<SearchHit> hits, ServedModel model, CancellationToken cancellation)
    {
        var prompt = AnswerPrompt.For(question.Language);
        var context = model.ContextTokens > 0 ? model.ContextTokens : options.Value.AssumedContextTokens;
        var answerTokens = Math.Min(options.Value.MaxAnswerTokens, context / 4);
        PastTurn[] turns = [.. history.TakeLast(LongestHistory)];
        var fitted = await budget.FitAsync(context, answerTokens, prompt.Instructions, prompt.Fill("", question.Text), turns, [.. hits.Select(hit => hit.Passage.Text)], cancellation);

        var fenced = fitted.Passages.Select((text, i) => UntrustedText.Fenced(i + 1, hits[i].DocumentName, hits[i].Passage.Heading, hits[i].Passage.Page, text));
        List<ChatMessage> messages =
        [
            new(ChatRole.System, prompt.Instructions),
            .. fitted.Turns.Select(turn => new ChatMessage(turn.Role == "user" ? ChatRole.User : ChatRole.Assistant, UntrustedText.ForPrompt(turn.Text))),
            new(ChatRole.User, prompt.Fill(string.Join("\n\n", fenced), question.Text)),
        ];
        ChatOptions settings = new()
        {
            ModelId = model.Id, Temperature = 0.2f, MaxOutputTokens = answerTokens,
            AdditionalProperties = new() { ["return_progress"] = true },
        };
        return new(messages, fitted.Passages.Count, settings);
    }

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
            var span = CitationResolver.Resolve(sentence.Claim, hit.Passage.Text);
            var verdict = CitationVerifier.Judge(sentence.Claim, hit.Passage.Text[span.Start..span.End], hit.Passage.Text);
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
