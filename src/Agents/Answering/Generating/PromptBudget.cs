using Platform.Agents.Runs;
using Platform.ModelHost.Client;
using Platform.Retrieval.Chunking;

namespace Platform.Agents.Answering.Generating;

/// <summary>What fits into a model's context: only passages are cut and only the oldest turns are left out, never the question or the instructions.</summary>
/// <param name="Turns">The latest turns that fit.</param>
/// <param name="Passages">The texts of the first passages, the last one perhaps cut after a sentence.</param>
internal sealed record FittedPrompt(IReadOnlyList<PastTurn> Turns, IReadOnlyList<string> Passages);

/// <summary>Fits prompts, counted with the chat model's own tokens.</summary>
internal sealed class PromptBudget(ITokenCounter tokens)
{
    /// <summary>For the marks of the chat template around a message, and for the fence around a passage with its document's name.</summary>
    private const int AroundMessage = 12, AroundPassage = 64;

    /// <summary>Throws RunException(ContextTooLong) where not even the first sentence of a passage fits.</summary>
    public async Task<FittedPrompt> FitAsync(int contextTokens, int answerTokens, string instructions, string question, IReadOnlyList<PastTurn> turns, IReadOnlyList<string> passages, CancellationToken cancellation)
    {
        var counts = await tokens.CountForChatAsync([instructions, question, .. turns.Select(t => t.Text), .. passages], cancellation);
        var needed = counts[0] + counts[1] + (2 * AroundMessage);
        var room = contextTokens - answerTokens - needed;
        if (room <= AroundPassage)
            throw TooLong(needed + answerTokens, contextTokens);

        var kept = turns.Count;
        for (var left = room / 4; kept > 0 && (left -= counts[2 + kept - 1] + AroundMessage) >= 0; kept--)
            room -= counts[2 + kept - 1] + AroundMessage;

        List<string> fitted = [];
        for (var i = 0; i < passages.Count; i++)
        {
            var size = counts[2 + turns.Count + i] + AroundPassage;
            if (size > room)
            {
                if (await CutAsync(passages[i], room - AroundPassage, cancellation) is { } cut)
                    fitted.Add(cut);
                break;
            }
            fitted.Add(passages[i]);
            room -= size;
        }
        return fitted.Count > 0 ? new FittedPrompt([.. turns.Skip(kept)], fitted) : throw TooLong(needed + answerTokens, contextTokens);
    }

    /// <summary>The first whole sentences of a passage that take at most so many tokens; null when there are none.</summary>
    private async Task<string?> CutAsync(string passage, int most, CancellationToken cancellation)
    {
        var sentences = SentenceSplitter.Split(passage);
        if (sentences.Count == 0 || most <= 0)
            return null;
        var counts = await tokens.CountForChatAsync([.. sentences.Select(s => passage[s.Start..s.End])], cancellation);
        var end = 0;
        for (var i = 0; i < sentences.Count && (most -= counts[i] + 1) >= 0; i++)
            end = sentences[i].End;
        return end > 0 ? passage[..end] : null;
    }

    private static RunException TooLong(int needed, int limit) => new(RunErrorKind.ContextTooLong,
        $"The instructions, the question and the room for the answer take {needed:N0} tokens; the model takes {limit:N0}, and the documents need some of them. Ask a shorter question, or load a model with a larger context.");
}
