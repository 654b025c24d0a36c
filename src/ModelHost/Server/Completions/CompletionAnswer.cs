using System.Text;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Server.Answers;
using Platform.ModelHost.Server.Streams;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Completions;

/// <summary>Tells the parts of answers as OpenAI's text completions.</summary>
/// <param name="before">What stands before each answer, by its place: its prompt, where that is echoed.</param>
internal sealed class CompletionAnswer(ModelInfo model, TimeProvider time, Func<int, string> before, bool withUsage, bool withProgress)
    : ChunkedAnswer("cmpl-", model, time, withUsage, withProgress, ServerJson.Wire.Completion)
{
    private readonly Dictionary<int, int> _lengths = [];
    private readonly Dictionary<int, EchoedText> _prompts = []; // those whose tokens are told

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

        var offset = _lengths[says.Choice] - says.Text.Length;
        var told = new List<(string Text, float? Logprob, IReadOnlyDictionary<string, float>? Top, int Offset)>(says.Tokens.Count);
        foreach (var (token, written) in says.Tokens.Zip(AnswerUsage.Logprobs(says.Tokens)!.Content))
        {
            if (token.IsPrompt)
            {
                var (place, shown) = Prompt(says.Choice).Next(token.Bytes);
                var isFirst = float.IsNaN(token.LogProbability);
                told.Add((shown ?? written.Token, isFirst ? null : token.LogProbability, isFirst ? null : Top(written), place));
            }
            else
            {
                told.Add((written.Token, written.Logprob, Top(written), offset));
                offset += written.Token.Length;
            }
        }

        return new CompletionLogprobs([.. told.Select(token => token.Text)], [.. told.Select(token => token.Logprob)], [.. told.Select(token => token.Top)], [.. told.Select(token => token.Offset)]);
    }

    private static Dictionary<string, float> Top(TokenLogprob token) => token.TopLogprobs!.GroupBy(top => top.Token).ToDictionary(group => group.Key, group => group.Max(top => top.Logprob));

    private EchoedText Prompt(int choice) => _prompts.TryGetValue(choice, out var text) ? text : _prompts[choice] = new EchoedText(before(choice));

    private static CompletionLogprobs? Joined(List<CompletionLogprobs> parts) => parts.Count == 0 ? null : new CompletionLogprobs(
        [.. parts.SelectMany(part => part.Tokens)], [.. parts.SelectMany(part => part.TokenLogprobs)], [.. parts.SelectMany(part => part.TopLogprobs)], [.. parts.SelectMany(part => part.TextOffset)]);

    private Completion Chunk(params CompletionChoice[] choices) => new(Id, "text_completion", Created, Model, Fingerprint, choices) { Usage = NoUsage };
}
