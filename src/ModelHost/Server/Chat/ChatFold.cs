using System.Text;
using Platform.ModelHost.Server.Streams;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Chat;

/// <summary>The whole answer out of its stream. Needs a stream with usage.</summary>
internal static class ChatFold
{
    public static async Task<ChatCompletion> OfAsync(IAsyncEnumerable<StreamItem> stream, CancellationToken cancellation)
    {
        var choices = new SortedDictionary<int, FoldedChoice>();
        ChatChunk? last = null, end = null;
        await foreach (var item in stream.WithCancellation(cancellation))
        {
            if (item.Body is not ChatChunk chunk)
            {
                continue;
            }

            last = chunk;
            end = chunk.Timings is null ? end : chunk;
            foreach (var choice in chunk.Choices)
            {
                if (!choices.TryGetValue(choice.Index, out var folded))
                {
                    choices[choice.Index] = folded = new FoldedChoice();
                }

                folded.Add(choice);
            }
        }

        return new ChatCompletion(last!.Id, "chat.completion", last.Created, last.Model, last.SystemFingerprint, [.. choices.Select(choice => choice.Value.Whole(choice.Key))], last.Usage.Value, end?.Timings)
        {
            Adapter = end?.Adapter,
            Adapters = end?.Adapters,
        };
    }

    private sealed class FoldedChoice
    {
        private readonly StringBuilder _text = new(), _reasoning = new();
        private readonly List<(string Id, string Name, StringBuilder Arguments)> _calls = [];
        private readonly List<TokenLogprob> _tokens = [];
        private string? _reason;

        public void Add(ChunkChoice choice)
        {
            _text.Append(choice.Delta.Content);
            _reasoning.Append(choice.Delta.ReasoningContent);
            _tokens.AddRange(choice.Logprobs?.Content ?? []);
            _reason ??= choice.FinishReason;
            foreach (var call in choice.Delta.ToolCalls ?? [])
            {
                if (call.Id is { } id)
                {
                    _calls.Add((id, call.Function.Name!, new StringBuilder()));
                }

                _calls[call.Index].Arguments.Append(call.Function.Arguments);
            }
        }

        public ChatChoice Whole(int index) => new(
            index,
            new AssistantMessage("assistant", _calls.Count > 0 && _text.Length == 0 ? null : _text.ToString(), null)
            {
                ReasoningContent = _reasoning.Length > 0 ? _reasoning.ToString() : null,
                ToolCalls = _calls.Count > 0 ? [.. _calls.Select(call => new ToolCallFields(call.Id, "function", new CalledFunction(call.Name, call.Arguments.ToString())))] : null,
            },
            _tokens.Count > 0 ? new ChatLogprobs(_tokens) : null,
            _reason ?? throw new InvalidOperationException("The engine ended without a reason. This is a bug."));
    }
}
