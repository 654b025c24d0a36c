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
/// <param name="question">That it answers.</param>
internal sealed class AgentAnswer(RunInfo run, string question)
{
    private readonly StringBuilder _text = new(), _thoughts = new();
    private readonly HashSet<string> _thinking = [];
    private readonly List<Citation> _citations = [];
    private readonly List<(string For, bool IsQuestion, Guid Id)> _waiting = [];
    private string _status = "queued";
    private AnswerDone? _usage;
    private int _read, _cached, _written, _others;
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
            case "step.started" when happened.Read<StepStartedData>() is { Kind: StepKind.Decision or StepKind.Answer } begun:
                _thinking.Add(begun.StepId);
                break;
            case "step.delta":
                _thoughts.Append(ThoughtIn(happened));
                break;
            case "step.completed":
                var step = happened.Read<StepCompletedData>();
                (_read, _cached, _written) = (_read + step.PromptTokens, _cached + step.CachedTokens, _written + step.CompletionTokens);
                break;
            case "step.failed":
                var failed = happened.Read<StepFailedData>();
                (_read, _written) = (_read + failed.PromptTokens, _written + failed.CompletionTokens);
                break;
            case "run.forked":
                (_read, _cached, _written, _others) = (0, 0, 0, 0); // what was done in another run
                break;
            case "tool.result":
                _others += happened.Read<ToolResultData>().Tokens;
                break;
            case "usage":
                _usage = happened.Read<AnswerDone>();
                break;
            case "approval.requested":
                var asked = happened.Read<ApprovalRequestedData>();
                _waiting.Add((For(asked.Tool, asked.IsQuestion, asked.Arguments), asked.IsQuestion, asked.ApprovalId));
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
    public void WaitsToo(IEnumerable<Approval> below) => _waiting.AddRange(below.Select(asked => (For(asked.Tool, asked.IsQuestion, asked.Arguments), asked.IsQuestion, asked.Id)));

    /// <summary>The answer; of a run that waits, a sentence that says for what.</summary>
    public string Content => IsWaiting ? WaitingWords.Of(question, run.Id, _waiting) : _text.ToString();

    /// <summary>What the model wrote beside the answer on its way to it.</summary>
    public string Thoughts => _thoughts.ToString();

    /// <summary>What an event adds to that. Plans and summaries are no thoughts: they are JSON, or of what was said before.</summary>
    public string ThoughtIn(RunEvent happened) => happened.Name == "step.delta" && happened.Read<StepTextData>() is var more && _thinking.Contains(more.StepId) ? more.Text : "";

    /// <summary>stop, or length where a limit ended the run or the answer.</summary>
    public string FinishReason => _reason is null && _usage?.CutAtTokens is null ? "stop" : "length";

    public IReadOnlyList<Citation> Citations => _citations;

    /// <summary>Of a run that has no answer yet, what it took so far.</summary>
    public JsonObject Usage => UsageOf(_usage ?? new AnswerDone(AnswerMode.Generate, NotFound: false, new(0, 0, 0), new("", _read, _cached, _written, 0)), _others);

    /// <summary>The run as chat completions carry it beside OpenAI's fields.</summary>
    public JsonObject Extension => new()
    {
        ["id"] = run.Id.ToString(), ["thread_id"] = run.ConversationId.ToString(), ["status"] = _status,
        ["incomplete_details"] = RunBodies.Incomplete(_reason, _usage?.CutAtTokens),
        ["unsourced"] = _usage?.IsUnsourced == true, ["approvals"] = new JsonArray([.. _waiting.Select(asked => (JsonNode)asked.Id.ToString())]),
    };

    /// <summary>Tokens as OpenAI counts them.</summary>
    /// <param name="others">Those of agents that were asked: beside its own, as their parts are not told apart.</param>
    public static JsonObject UsageOf(AnswerDone? done, int others)
    {
        var used = done?.Usage;
        return new JsonObject
        {
            ["prompt_tokens"] = used?.PromptTokens ?? 0, ["completion_tokens"] = used?.CompletionTokens ?? 0, ["total_tokens"] = (used?.PromptTokens ?? 0) + (used?.CompletionTokens ?? 0),
            ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = used?.CachedTokens ?? 0 }, ["asked_agents_tokens"] = others,
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

    private static string For(string tool, bool isQuestion, JsonElement arguments) => isQuestion ? Clarification.Read(arguments).Question : tool;

    private void Became(RunStatusData status)
    {
        IsWaiting = status.Status is "requires_action";
        HasEnded = IsWaiting; // for a run that goes on, until it ends
        _status = status.Status is "completed" or "cancelled" or "failed" or "incomplete" or "requires_action" or "queued" ? status.Status : "in_progress";
        _reason = status.Reason;
    }
}
