using System.Text;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Server.Answers;
using Platform.ModelHost.Server.Streams;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Completions;

/// <summary>Tells the parts of answers as OpenAI's text completions.</summary>
/// <param name="before">What stands before each answer, by its place: its prompt, where that is echoed.</param>
internal sealed class CompletionAnswer(ModelInfo model, TimeProvider time, int answers, Func<int, string> before, bool withUsage, bool withProgress)
    : ChunkedAnswer("cmpl-", model, time, answers, withUsage, withProgress, ServerJson.Wire.Completion)
{
    private readonly Dictionary<int, int> _lengths = [];

    protected override IEnumerable<AnswerChunk> Chunks(AnswerPart part) =>
        part is Says says ? [Chunk(new CompletionChoice(says.Choice, Next(says), Logprobs(says), null))] : [];

    protected override AnswerChunk Last(int choice, string reason) => Chunk(new CompletionChoice(choice, _lengths.ContainsKey(choice) ? "" : before(choice), null, reason));

    protected override AnswerChunk Empty() => Chunk();

    public static async Task<Completion> FoldAsync(IAsyncEnumerable<StreamItem> stream, CancellationToken cancellation)
    {
        var choices = new SortedDictionary<int, (StringBuilder Text, List<CompletionLogprobs> Logprobs, string? Reason)>();
        Completion? last = null, end = null;
        await foreach (var item in stream.WithCancellation(cancellation))
        {
            if (item.Body is not Completion chunk)
            {
                continue;
            }

            last = chunk;
            end = chunk.Timings is null ? end : chunk;
            foreach (var choice in chunk.Choices)
            {
                var folded = choices.TryGetValue(choice.Index, out var known) ? known : (new StringBuilder(), [], null);
                folded.Text.Append(choice.Text);
                folded.Logprobs.AddRange(choice.Logprobs is { } given ? [given] : []);
                choices[choice.Index] = folded with { Item3 = choice.FinishReason ?? folded.Reason };
            }
        }

        return last! with
        {
            Choices = [.. choices.Select(choice => new CompletionChoice(choice.Key, choice.Value.Text.ToString(), Joined(choice.Value.Logprobs), choice.Value.Reason))],
            Timings = end?.Timings,
            Adapter = end?.Adapter,
            Adapters = end?.Adapters,
        };
    }

    private string Next(Says says)
    {
        var text = _lengths.TryGetValue(says.Choice, out var length) ? says.Text : before(says.Choice) + says.Text;
        _lengths[says.Choice] = length + text.Length;
        return text;
    }

    private CompletionLogprobs? Logprobs(Says says)
    {
        if (says.Tokens.Count == 0)
        {
            return null;
        }

        var tokens = AnswerUsage.Logprobs(says.Tokens)!.Content;
        var offset = _lengths[says.Choice] - says.Text.Length;
        var offsets = new List<int>(tokens.Count);
        foreach (var token in tokens)
        {
            offsets.Add(offset);
            offset += token.Token.Length;
        }

        return new CompletionLogprobs(
            [.. tokens.Select(token => token.Token)], [.. tokens.Select(token => token.Logprob)],
            [.. tokens.Select(token => token.TopLogprobs!.GroupBy(top => top.Token).ToDictionary(group => group.Key, group => group.Max(top => top.Logprob)))], offsets);
    }

    private static CompletionLogprobs? Joined(List<CompletionLogprobs> parts) => parts.Count == 0 ? null : new CompletionLogprobs(
        [.. parts.SelectMany(part => part.Tokens)], [.. parts.SelectMany(part => part.TokenLogprobs)], [.. parts.SelectMany(part => part.TopLogprobs)], [.. parts.SelectMany(part => part.TextOffset)]);

    private Completion Chunk(params CompletionChoice[] choices) => new(Id, "text_completion", Created, Model, Fingerprint, choices) { Usage = NoUsage };
}
