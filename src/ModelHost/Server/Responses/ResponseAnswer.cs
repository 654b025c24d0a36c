using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Server.Answers;
using Platform.ModelHost.Server.Streams;
using Platform.ModelHost.Server.Wire;
using Platform.ModelHost.Server.Wire.Responses;

namespace Platform.ModelHost.Server.Responses;

/// <summary>Tells the parts of an answer as events of the Responses API, numbered in order. The last event carries the whole response.</summary>
internal sealed class ResponseAnswer
{
    private static readonly JsonElement Auto = JsonDocument.Parse("\"auto\"").RootElement;

    private ResponseBody _begun;
    private readonly List<OutputItem> _output = [];
    private WrittenItem? _open;
    private int _sequence;

    public ResponseAnswer(ResponseRequest request, ModelInfo model, TimeProvider time)
    {
        var usual = new SamplingOptions();
        _begun = new ResponseBody
        {
            Id = "resp_" + RandomNumberGenerator.GetHexString(24, lowercase: true),
            CreatedAt = time.GetUtcNow().ToUnixTimeSeconds(),
            Status = "in_progress",
            Instructions = request.Instructions,
            MaxOutputTokens = request.MaxOutputTokens,
            Model = model.Id,
            Output = [],
            ParallelToolCalls = request.ParallelToolCalls ?? true,
            Reasoning = request.Reasoning ?? new ResponseReasoning(null, null),
            Temperature = request.Temperature ?? usual.Temperature,
            TopP = request.TopP ?? usual.TopP,
            Text = new ResponseText(request.Text?.Format ?? new ResponseFormat("text", null, null, null, null), null),
            ToolChoice = request.ToolChoice is { ValueKind: not JsonValueKind.Null } choice ? choice : Auto,
            Tools = request.Tools ?? [],
            User = request.User,
            Metadata = request.Metadata,
        };
    }

    public StreamManner Manner => new(problem => Item(Event("response.failed") with { Response = _begun with { Status = "failed", Output = _output, Error = new ResponseError(problem.Code ?? "server_error", problem.Message) } }), EndsWithDone: false);

    public async IAsyncEnumerable<StreamItem> StreamAsync(IAsyncEnumerable<AnswerPart> parts, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var part in parts.WithCancellation(cancellation))
        {
            if (part is Begins begins)
            {
                _begun = _begun with { Model = AnswerUsage.Model(begins.Ran) };
                continue;
            }

            if (part is Waits waits)
            {
                yield return StreamItem.Say($"queued position={waits.Position}");
                continue;
            }

            foreach (var step in Events(part))
            {
                yield return Item(step with { SequenceNumber = _sequence++ });
            }
        }
    }

    /// <summary>The whole response out of its stream.</summary>
    public static async Task<ResponseBody> FoldAsync(IAsyncEnumerable<StreamItem> stream, CancellationToken cancellation)
    {
        ResponseBody? last = null;
        await foreach (var item in stream.WithCancellation(cancellation))
        {
            last = (item.Body as ResponseEvent)?.Response ?? last;
        }

        return last!;
    }

    private IEnumerable<ResponseEvent> Events(AnswerPart part)
    {
        if (_sequence == 0)
        {
            yield return Event("response.created") with { Response = _begun };
            yield return Event("response.in_progress") with { Response = _begun };
        }

        switch (part)
        {
            case Thinks thinks:
                foreach (var step in Into(open => open is WrittenText { IsThought: true }, () => new WrittenText(_output.Count, isThought: true)))
                {
                    yield return step;
                }

                yield return _open!.More(thinks.Text, []);
                break;
            case Says says when says.Text.Length > 0 || (says.Tokens.Count > 0 && _open is WrittenText { IsThought: false }):
                foreach (var step in Into(open => open is WrittenText { IsThought: false }, () => new WrittenText(_output.Count, isThought: false)))
                {
                    yield return step;
                }

                yield return _open!.More(says.Text, AnswerUsage.Logprobs(says.Tokens)?.Content ?? []);
                break;
            case CallsTool call:
                foreach (var step in Into(_ => false, () => new WrittenCall(_output.Count, call.Id, call.Name)))
                {
                    yield return step;
                }

                break;
            case CallArguments more:
                yield return _open!.More(more.Fragment, []);
                break;
            case Ends end:
                foreach (var step in End(end))
                {
                    yield return step;
                }

                break;
        }
    }

    /// <summary>Goes on in the open item where it is the one, else ends it and begins another.</summary>
    private IEnumerable<ResponseEvent> Into(Func<WrittenItem, bool> isIt, Func<WrittenItem> another)
    {
        if (_open is not null && isIt(_open))
        {
            return [];
        }

        var ended = EndItem("completed");
        _open = another();
        return [.. ended, .. _open.Begin()];
    }

    private IReadOnlyList<ResponseEvent> EndItem(string status)
    {
        if (_open is not { } open)
        {
            return [];
        }

        _output.Add(open.Whole(status));
        _open = null;
        return [.. open.End(status)];
    }

    private IEnumerable<ResponseEvent> End(Ends end)
    {
        var isCut = AnswerUsage.FinishReason(end.Finished.Reason, end.HasCalls) == "length";
        var status = isCut ? "incomplete" : "completed";
        var usage = AnswerUsage.Of([end]);
        return
        [
            .. EndItem(status),
            Event("response." + status) with
            {
                Response = _begun with
                {
                    Status = status,
                    IncompleteDetails = isCut ? new IncompleteDetails("max_output_tokens") : null,
                    Output = _output,
                    Usage = new ResponseUsage(usage.PromptTokens, new InputTokensDetails(usage.PromptTokensDetails.CachedTokens), usage.CompletionTokens, new OutputTokensDetails(usage.CompletionTokensDetails.ReasoningTokens), usage.TotalTokens),
                    Timings = AnswerUsage.Timings(end.Finished.Usage),
                    Adapter = AnswerUsage.Single(end.Finished.Ran),
                    Adapters = AnswerUsage.Several(end.Finished.Ran),
                },
            },
        ];
    }

    private ResponseEvent Event(string type) => new(type, _sequence);

    private static StreamItem Item(ResponseEvent step) => StreamItem.Of(step, ServerJson.Sparse.ResponseEvent, step.Type);
}
