using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Server.Answers;
using Platform.ModelHost.Server.Streams;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Chat;

/// <summary>Tells the parts of answers as OpenAI's chat chunks. The stream is the only implementation; the whole answer is its fold.</summary>
/// <param name="answers">How many answers the request has.</param>
internal sealed class ChatAnswer(ModelInfo model, TimeProvider time, int answers, bool withUsage, bool withProgress)
{
    private static readonly ChunkDelta Nothing = new();

    private readonly string _id = "chatcmpl-" + RandomNumberGenerator.GetHexString(24, lowercase: true);
    private readonly long _created = time.GetUtcNow().ToUnixTimeSeconds();
    private readonly string _fingerprint = Fingerprint(model);

    /// <summary>A failed stream's last event, and its end.</summary>
    public static StreamManner Manner { get; } = new(problem => StreamItem.Of(ErrorBody.Of(problem), ServerJson.Wire.ErrorBody), EndsWithDone: true);

    /// <summary>The same weights answer alike.</summary>
    public static string Fingerprint(ModelInfo model) => "fp_" + model.Sha256[..Math.Min(12, model.Sha256.Length)];

    public async IAsyncEnumerable<StreamItem> StreamAsync(IAsyncEnumerable<AnswerPart> parts, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var begun = new HashSet<int>();
        var ended = new List<Ends>();
        await foreach (var part in parts.WithCancellation(cancellation))
        {
            if (part is Waits waits)
            {
                yield return StreamItem.Say($"queued position={waits.Position}");
                continue;
            }

            if (begun.Add(part.Choice))
            {
                yield return Item(Chunk(part.Choice, new ChunkDelta { Role = "assistant", Content = "" }));
            }

            switch (part)
            {
                case Reads { Progress: var progress } when withProgress:
                    yield return Item(Chunk(0, Nothing) with
                    {
                        PromptProgress = new ChunkProgress(progress.Total, progress.Cached, progress.Processed, (long)time.GetElapsedTime(started).TotalMilliseconds),
                    });
                    break;
                case Says says when says.Text.Length > 0 || says.Tokens.Count > 0:
                    yield return Item(Chunk(says.Choice, new ChunkDelta { Content = says.Text }, AnswerUsage.Logprobs(says.Tokens)));
                    break;
                case Thinks thinks:
                    yield return Item(Chunk(thinks.Choice, new ChunkDelta { ReasoningContent = thinks.Text }));
                    break;
                case CallsTool call:
                    yield return Item(Chunk(call.Choice, new ChunkDelta { ToolCalls = [new ToolCallDelta(call.Index, call.Id, "function", new CallDelta(call.Name, ""))] }));
                    break;
                case CallArguments more:
                    yield return Item(Chunk(more.Choice, new ChunkDelta { ToolCalls = [new ToolCallDelta(more.Index, null, null, new CallDelta(null, more.Fragment))] }));
                    break;
                case Ends { Finished: var end } last:
                    ended.Add(last);
                    yield return Item(Chunk(last.Choice, Nothing, reason: AnswerUsage.FinishReason(end.Reason, last.HasCalls)) with
                    {
                        Timings = AnswerUsage.Timings(end.Usage),
                        Adapter = AnswerUsage.Single(end.Ran),
                        Adapters = AnswerUsage.Several(end.Ran),
                    });
                    if (withUsage && ended.Count == answers)
                    {
                        yield return Item(Chunk() with { Usage = new UsageField(true, AnswerUsage.Of(ended)) });
                    }

                    break;
            }
        }
    }

    private static StreamItem Item(ChatChunk chunk) => StreamItem.Of(chunk, ServerJson.Wire.ChatChunk);

    private ChatChunk Chunk(int choice, ChunkDelta delta, ChatLogprobs? logprobs = null, string? reason = null) => Chunk(new ChunkChoice(choice, delta, logprobs, reason));

    private ChatChunk Chunk(params ChunkChoice[] choices) =>
        new(_id, "chat.completion.chunk", _created, model.Id, _fingerprint, choices) { Usage = new UsageField(withUsage) };
}
