using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Approvals;
using Platform.Agents.Planning;
using Platform.Agents.Runs;

namespace Platform.Web.Features.Api;

/// <summary>What a run has come to, folded from its events as they arrive.</summary>
internal sealed class AgentAnswer(RunInfo run)
{
    private readonly StringBuilder _text = new();
    private readonly List<Citation> _citations = [];
    private readonly List<(string For, Guid Id)> _waiting = [];
    private string _status = "queued";
    private AnswerDone? _usage;
    private int _read, _written;
    private StopReason? _reason;

    public RunInfo Run => run;

    /// <summary>It has come to its end, or waits for a person.</summary>
    public bool HasEnded { get; private set; }

    public bool IsWaiting { get; private set; }

    public ErrorData? Error { get; private set; }

    public void Take(RunEvent happened)
    {
        switch (happened.Name)
        {
            case "message.delta":
                _text.Append(happened.Read<TextData>().Text);
                break;
            case "message.reset":
                _text.Clear();
                break;
            case "citation.added":
                _citations.Add(happened.Read<Citation>());
                break;
            case "step.completed":
                var step = happened.Read<StepCompletedData>();
                (_read, _written) = (_read + step.PromptTokens, _written + step.CompletionTokens);
                break;
            case "run.forked":
                (_read, _written) = (0, 0); // what was done in another run
                break;
            case "usage":
                _usage = happened.Read<AnswerDone>();
                break;
            case "approval.requested":
                var asked = happened.Read<ApprovalRequestedData>();
                _waiting.Add((For(asked.Tool, asked.IsQuestion, asked.Arguments), asked.ApprovalId));
                break;
            case "approval.resolved":
                _waiting.RemoveAll(waits => waits.Id == happened.Read<ApprovalResolvedData>().ApprovalId);
                break;
            case "run.status":
                Became(happened.Read<RunStatusData>());
                break;
            case "error":
                (Error, HasEnded) = (happened.Read<ErrorData>(), true);
                break;
            case "done":
                HasEnded = true;
                break;
        }
    }

    /// <summary>What agents wait for that this run asked: it stands in their runs.</summary>
    public void WaitsToo(IEnumerable<Approval> below) => _waiting.AddRange(below.Select(asked => (For(asked.Tool, asked.IsQuestion, asked.Arguments), asked.Id)));

    /// <summary>The answer; of a run that waits, a sentence that says for what.</summary>
    public string Content => !IsWaiting ? _text.ToString()
        : $"This run waits for {string.Join(", ", _waiting.Select(asked => $"{asked.For} (approval {asked.Id})"))}. Decide in the browser or with POST /v1/approvals/{{id}}; GET /v1/runs/{run.Id} then tells the answer.";

    /// <summary>stop, or length where a limit ended the run.</summary>
    public string FinishReason => _reason is null ? "stop" : "length";

    public IReadOnlyList<Citation> Citations => _citations;

    /// <summary>Of a run that has no answer yet, what it took so far.</summary>
    public JsonObject Usage => UsageOf(_usage ?? new AnswerDone(AnswerMode.Generate, NotFound: false, new(0, 0, 0), new("", _read, 0, _written, 0)));

    /// <summary>The run as chat completions carry it beside OpenAI's fields.</summary>
    public JsonObject Extension => new()
    {
        ["id"] = run.Id.ToString(), ["thread_id"] = run.ConversationId.ToString(), ["status"] = _status,
        ["incomplete_details"] = _reason is { } reason ? new JsonObject { ["reason"] = EventNames.Of(reason) } : null,
        ["approvals"] = new JsonArray([.. _waiting.Select(asked => (JsonNode)asked.Id.ToString())]),
    };

    /// <summary>Tokens as OpenAI counts them.</summary>
    public static JsonObject UsageOf(AnswerDone? done)
    {
        var used = done?.Usage;
        return new JsonObject
        {
            ["prompt_tokens"] = used?.PromptTokens ?? 0, ["completion_tokens"] = used?.CompletionTokens ?? 0, ["total_tokens"] = (used?.PromptTokens ?? 0) + (used?.CompletionTokens ?? 0),
            ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = used?.CachedTokens ?? 0 },
        };
    }

    /// <summary>Citations as OpenAI's annotations, with the span and the place besides; one of a page of the web has its address.</summary>
    public static JsonArray AnnotationsOf(IEnumerable<Citation> citations) => new([.. citations.Select(citation => (JsonNode)(citation.Url is { } url ? new JsonObject
    {
        ["type"] = "url_citation", ["url"] = url, ["title"] = citation.DocumentName, ["number"] = citation.N, ["start_index"] = citation.AnswerStart, ["end_index"] = citation.AnswerEnd, ["quote"] = citation.Quote,
        ["verdict"] = EventNames.Of(citation.Verdict),
    }
    : new JsonObject
    {
        ["type"] = "file_citation", ["index"] = citation.AnswerEnd, ["file_id"] = citation.DocumentId.ToString(), ["filename"] = citation.DocumentName,
        ["number"] = citation.N, ["start_index"] = citation.AnswerStart, ["end_index"] = citation.AnswerEnd, ["page"] = citation.Page, ["quote"] = citation.Quote,
        ["rects"] = new JsonArray([.. citation.Rectangles.Select(place => (JsonNode)new JsonObject { ["page"] = place.Page, ["x"] = place.X, ["y"] = place.Y, ["width"] = place.Width, ["height"] = place.Height })]),
        ["score"] = Math.Round(citation.Score, 4), ["verdict"] = EventNames.Of(citation.Verdict), ["document_version"] = citation.DocumentVersion,
    }))]);

    private static string For(string tool, bool isQuestion, JsonElement arguments) => isQuestion ? $"the answer to \"{Clarification.Read(arguments).Question}\"" : $"a decision on '{tool}'";

    private void Became(RunStatusData status)
    {
        IsWaiting = status.Status is "requires_action";
        HasEnded = IsWaiting; // for a run that goes on, until it ends
        _status = status.Status is "completed" or "cancelled" or "failed" or "incomplete" or "requires_action" or "queued" ? status.Status : "in_progress";
        _reason = status.Reason;
    }
}
