using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Server.Answers;
using Platform.ModelHost.Server.Streams;
using Platform.ModelHost.Server.Wire;
using Platform.ModelHost.Server.Wire.Messages;

namespace Platform.ModelHost.Server.Messages;

/// <summary>Tells the parts of an answer as Anthropic's events: one block after the other between the start and the end of the message.</summary>
internal sealed class MessageAnswer(ModelInfo model)
{
    private static readonly JsonElement NoInput = JsonDocument.Parse("{}").RootElement;

    private static readonly MessageEvent Stop = new("message_stop");

    private readonly string _id = "msg_" + RandomNumberGenerator.GetHexString(24, lowercase: true);
    private string _model = model.Id;
    private PromptProgress? _prompt;
    private string? _open; // the type of the block that is being written
    private int _blocks;
    private bool _begun;

    public async IAsyncEnumerable<StreamItem> StreamAsync(IAsyncEnumerable<AnswerPart> parts, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var part in parts.WithCancellation(cancellation))
        {
            if (part is Begins begins)
            {
                _model = AnswerUsage.Model(begins.Ran);
                continue;
            }

            if (part is Waits waits)
            {
                yield return StreamItem.Say($"queued position={waits.Position}");
                continue;
            }

            if (part is Reads { Progress: var progress })
            {
                _prompt = progress; // the start tells how long the prompt is
                continue;
            }

            foreach (var step in Events(part))
            {
                yield return StreamItem.Of(step, ServerJson.Sparse.MessageEvent, step.Type);
            }

            if (part is Ends end)
            {
                var last = End(end);
                yield return StreamItem.Of(last, ServerJson.Sparse.MessageEnd, last.Type);
                yield return StreamItem.Of(Stop, ServerJson.Sparse.MessageEvent, Stop.Type);
            }
        }
    }

    private IEnumerable<MessageEvent> Events(AnswerPart part)
    {
        if (!_begun)
        {
            _begun = true;
            yield return new MessageEvent("message_start") { Message = new MessageBody(_id, _model, []) { Usage = new MessageUsage(_prompt?.Total - _prompt?.Cached ?? 0, _prompt?.Cached ?? 0, 0) } };
        }

        var (block, delta) = part switch
        {
            Thinks thinks => (new OutputBlock("thinking") { Thinking = "", Signature = "" }, new BlockDelta("thinking_delta") { Thinking = thinks.Text }),
            Says { Text.Length: > 0 } says => (new OutputBlock("text") { Text = "" }, new BlockDelta("text_delta") { Text = says.Text }),
            CallsTool call => (new OutputBlock("tool_use") { Id = call.Id, Name = call.Name, Input = NoInput }, null),
            CallArguments more => (null, new BlockDelta("input_json_delta") { PartialJson = more.Fragment }),
            _ => ((OutputBlock?)null, (BlockDelta?)null),
        };
        if (part is Ends or CallsTool || (block is not null && block.Type != _open))
        {
            foreach (var step in Change(block))
            {
                yield return step;
            }
        }

        if (delta is not null)
        {
            yield return new MessageEvent("content_block_delta") { Index = _blocks - 1, Delta = delta };
        }
    }

    /// <summary>Ends the block that is being written, and begins the next if there is one.</summary>
    private IEnumerable<MessageEvent> Change(OutputBlock? next)
    {
        if (_open is not null)
        {
            yield return new MessageEvent("content_block_stop") { Index = _blocks - 1 };
        }

        _open = next?.Type;
        if (next is not null)
        {
            yield return new MessageEvent("content_block_start") { Index = _blocks++, ContentBlock = next };
        }
    }

    private static MessageEnd End(Ends end)
    {
        var usage = end.Finished.Usage;
        return new MessageEnd(new MessageEndDelta(StopReason(end), end.Finished.StopText), new MessageUsage(usage.PromptTokens - usage.CachedTokens, usage.CachedTokens, usage.CompletionTokens))
        {
            Adapter = AnswerUsage.Single(end.Finished.Ran),
            Adapters = AnswerUsage.Several(end.Finished.Ran),
        };
    }

    private static string StopReason(Ends end) => AnswerUsage.FinishReason(end.Finished.Reason, end.HasCalls) switch
    {
        "length" => "max_tokens",
        "tool_calls" => "tool_use",
        _ => end.Finished.Reason == FinishReason.StopText ? "stop_sequence" : "end_turn",
    };
}
