using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Server.Answers;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Chat;

/// <summary>Tells the parts of answers as OpenAI's chat chunks.</summary>
internal sealed class ChatAnswer(ModelInfo model, TimeProvider time, bool withUsage, bool withProgress)
    : ChunkedAnswer("chatcmpl-", model, time, withUsage, withProgress, ServerJson.Wire.ChatChunk)
{
    private static readonly ChunkDelta Nothing = new();

    private readonly HashSet<int> _begun = [];

    protected override IEnumerable<AnswerChunk> Chunks(AnswerPart part)
    {
        if (_begun.Add(part.Choice))
        {
            yield return Chunk(part.Choice, new ChunkDelta { Role = "assistant", Content = "" });
        }

        switch (part)
        {
            case Says says when says.Text.Length > 0 || says.Tokens.Count > 0:
                yield return Chunk(says.Choice, new ChunkDelta { Content = says.Text }, AnswerUsage.Logprobs(says.Tokens));
                break;
            case Thinks thinks:
                yield return Chunk(thinks.Choice, new ChunkDelta { ReasoningContent = thinks.Text });
                break;
            case CallsTool call:
                yield return Chunk(call.Choice, new ChunkDelta { ToolCalls = [new ToolCallDelta(call.Index, call.Id, "function", new CallDelta(call.Name, ""))] });
                break;
            case CallArguments more:
                yield return Chunk(more.Choice, new ChunkDelta { ToolCalls = [new ToolCallDelta(more.Index, null, null, new CallDelta(null, more.Fragment))] });
                break;
        }
    }

    protected override AnswerChunk Last(int choice, string reason) => Chunk(choice, Nothing, reason: reason);

    protected override AnswerChunk Empty() => Chunk([]);

    protected override AnswerChunk Progress() => Chunk(0, Nothing); // programs look at the first choice of a chunk without usage

    private ChatChunk Chunk(int choice, ChunkDelta delta, ChatLogprobs? logprobs = null, string? reason = null) => Chunk([new ChunkChoice(choice, delta, logprobs, reason)]);

    private ChatChunk Chunk(IReadOnlyList<ChunkChoice> choices) => new(Id, "chat.completion.chunk", Created, Model, Fingerprint, choices) { Usage = NoUsage };
}
