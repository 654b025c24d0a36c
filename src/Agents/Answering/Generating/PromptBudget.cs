using Platform.Agents.Runs;
using Platform.ModelHost.Client;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Search;

namespace Platform.Agents.Answering.Generating;

/// <summary>What fits into a model's context: only passages are cut and only the oldest turns are left out, never the question or the instructions.</summary>
/// <param name="Turns">The latest turns that fit.</param>
/// <param name="Read">The first passages, the last one perhaps cut after a sentence.</param>
internal sealed record FittedPrompt(IReadOnlyList<PastTurn> Turns, IReadOnlyList<SearchHit> Read);

/// <summary>Fits prompts: what will be sent is counted, with the chat model's own tokens.</summary>
internal sealed class PromptBudget(ITokenCounter tokens)
{
    /// <summary>For the marks of the chat template around a message.</summary>
    private const int AroundMessage = 12;

    /// <summary>A passage as it is sent: in its fence, and apart from the next.</summary>
    public static string Sent(SearchHit hit, int index) => UntrustedText.Fenced(index + 1, hit.DocumentName, hit.Passage.Heading, hit.Passage.Page, hit.Passage.Text) + "\n\n";

    /// <summary>Throws RunException(ContextTooLong) where not even the first sentence of a passage fits.</summary>
    public async Task<FittedPrompt> FitAsync(int contextTokens, int answerTokens, string instructions, string question, IReadOnlyList<PastTurn> turns, IReadOnlyList<SearchHit> hits, CancellationToken cancellation)
    {
        var counts = await tokens.CountForChatAsync([instructions, question, .. turns.Select(t => t.Text), .. hits.Select(Sent)], cancellation);
        var needed = counts[0] + counts[1] + (2 * AroundMessage);
        var room = contextTokens - answerTokens - needed;
        if (room <= 0)
            throw TooLong(needed + answerTokens, contextTokens);

        var kept = turns.Count;
        for (var left = room / 4; kept > 0 && (left -= counts[2 + kept - 1] + AroundMessage) >= 0; kept--)
            room -= counts[2 + kept - 1] + AroundMessage;

        List<SearchHit> fitted = [];
        for (var i = 0; i < hits.Count; i++)
        {
            var size = counts[2 + turns.Count + i];
            if (size > room)
            {
                if (await CutAsync(hits[i], i, room, cancellation) is { } cut)
                    fitted.Add(cut);
                break;
            }
            fitted.Add(hits[i]);
            room -= size;
        }
        return fitted.Count > 0 ? new FittedPrompt([.. turns.Skip(kept)], fitted) : throw TooLong(needed + answerTokens, contextTokens);
    }

    /// <summary>The least that each prompt takes: what <see cref="FitAsync(int, int, string, string, IReadOnlyList{PastTurn}, IReadOnlyList{SearchHit}, CancellationToken)"/> needs before it fits turns and passages.</summary>
    public async Task<IReadOnlyList<int>> LeastAsync(string model, int answerTokens, IReadOnlyList<(string Instructions, string Question)> prompts, CancellationToken cancellation)
    {
        var counts = await tokens.CountForChatAsync([.. prompts.SelectMany(prompt => (string[])[prompt.Instructions, prompt.Question])], cancellation, model);
        return [.. prompts.Select((_, i) => counts[2 * i] + counts[(2 * i) + 1] + (2 * AroundMessage) + answerTokens)];
    }

    /// <summary>The same without documents: the latest turns that fit beside the question, a person's first, and the tokens that are left for the answer, a quarter of the context at least. Throws RunException(ContextTooLong) where the question leaves fewer.</summary>
    public async Task<(IReadOnlyList<PastTurn> Turns, int AnswerTokens)> FitAsync(int contextTokens, string question, IReadOnlyList<PastTurn> turns, CancellationToken cancellation)
    {
        var counts = await tokens.CountForChatAsync([question, .. turns.Select(turn => turn.Text)], cancellation);
        var (least, needed) = (contextTokens / 4, counts[0] + AroundMessage);
        if (needed + least > contextTokens)
            throw new RunException(RunErrorKind.ContextTooLong,
                $"The question takes {needed:N0} tokens and its answer {least:N0}; the model takes {contextTokens:N0} together. Ask a shorter question, or load a model with a larger context.");
        var (kept, room) = (turns.Count, contextTokens - needed - least);
        for (; kept > 0 && room >= counts[kept] + AroundMessage; kept--)
            room -= counts[kept] + AroundMessage;
        return ([.. turns.Skip(kept).SkipWhile(turn => turn.Role != "user")], room + least);
    }

    /// <summary>The passage with as many of its first whole sentences as take at most so many tokens; null when not even one does.</summary>
    private async Task<SearchHit?> CutAsync(SearchHit hit, int index, int most, CancellationToken cancellation)
    {
        var cuts = SentenceSplitter.Split(hit.Passage.Text).Select(sentence => Cut(hit, sentence.End)).ToList();
        if (cuts.Count == 0)
            return null;
        var counts = await tokens.CountForChatAsync([.. cuts.Select(cut => Sent(cut, index))], cancellation);
        return cuts.Zip(counts).TakeWhile(cut => cut.Second <= most).LastOrDefault().First;
    }

    private static SearchHit Cut(SearchHit hit, int end) => hit with { Passage = hit.Passage with { Text = hit.Passage.Text[..end], End = hit.Passage.Start + end } };

    private static RunException TooLong(int needed, int limit) => new(RunErrorKind.ContextTooLong,
        $"The instructions, the question and the room for the answer take {needed:N0} tokens; the model takes {limit:N0}, and the documents need some of them. Ask a shorter question, or load a model with a larger context.");
}
