using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Agents.Acting;
using Platform.Agents.Approvals;
using Platform.Agents.Runs;

namespace Platform.Web.Features.Api;

/// <summary>Runs and approvals as the API tells them.</summary>
internal static class RunBodies
{
    public static JsonObject Of(RunOutcome outcome)
    {
        var run = outcome.Run;
        return new JsonObject
        {
            ["id"] = run.Id.ToString(), ["object"] = "run", ["status"] = EventNames.Of(run.Status), ["thread_id"] = run.ConversationId.ToString(),
            ["agent"] = outcome.Agent, ["agent_version"] = run.AgentVersion, ["model"] = outcome.Model,
            ["adapters"] = new JsonArray([.. outcome.Adapters.Select(one => (JsonNode)new JsonObject { ["name"] = one.Name, ["scale"] = one.Scale })]), ["created_at"] = run.CreatedAt.ToUnixTimeSeconds(), ["completed_at"] = run.EndedAt?.ToUnixTimeSeconds(),
            ["incomplete_details"] = Incomplete(run.StopReason, outcome.Usage?.CutAtTokens),
            ["required_action"] = outcome.Waiting.Count == 0 ? null
                : new JsonObject { ["type"] = "approvals", ["approvals"] = new JsonArray([.. outcome.Waiting.Select(id => (JsonNode)id.ToString())]) },
            ["last_error"] = outcome.Error is { } error ? new JsonObject { ["code"] = EventNames.Of(error.Kind), ["message"] = error.Message } : null,
            ["output_text"] = outcome.Text, ["annotations"] = AgentAnswer.AnnotationsOf(outcome.Citations), ["usage"] = AgentAnswer.UsageOf(outcome.Usage, outcome.TokensOfOthers), ["unsourced"] = outcome.Usage?.IsUnsourced == true,
            ["forked_from"] = run.Origin is { } origin ? new JsonObject { ["run_id"] = origin.RunId.ToString(), ["step"] = origin.FromStep } : null,
        };
    }

    /// <summary>The limit that ended a run, or cut its answer off; null for one that is whole.</summary>
    /// <param name="cutAt">Tokens of an answer in whose middle the model was stopped: at the agent's longest answer, where no limit of the run ended it.</param>
    public static JsonObject? Incomplete(StopReason? reason, int? cutAt) =>
        reason is null && cutAt is null ? null : new() { ["reason"] = EventNames.Of(reason ?? StopReason.MaxTokens), ["cut_at_tokens"] = cutAt };

    public static JsonObject Of(Approval approval) => new()
    {
        ["id"] = approval.Id.ToString(), ["object"] = "approval", ["run_id"] = approval.RunId.ToString(), ["agent"] = approval.Agent, ["call_id"] = approval.CallId, ["tool"] = approval.Tool,
        ["arguments"] = Arguments(approval, approval.Arguments), ["approved_arguments"] = Arguments(approval, approval.ApprovedArguments), ["effects"] = EventNames.OfEffects(approval.Effects), ["status"] = EventNames.Of(approval.Status),
        ["created_at"] = approval.CreatedAt.ToUnixTimeSeconds(), ["expires_at"] = approval.ExpiresAt.ToUnixTimeSeconds(), ["decided_at"] = approval.DecidedAt?.ToUnixTimeSeconds(), ["comment"] = approval.Comment,
    };

    // A plan is ours to name; what a tool is called with is as it was written.
    private static JsonNode? Arguments(Approval approval, JsonElement? arguments) =>
        arguments is not { } given ? null : approval.IsPlan ? EventNames.Of(given.GetRawText()) : JsonSerializer.SerializeToNode(given);

    /// <summary>That something is gone.</summary>
    public static JsonObject Deleted(Guid id, string what) => new() { ["id"] = id.ToString(), ["object"] = what, ["deleted"] = true };

    /// <summary>A list as OpenAI writes it.</summary>
    public static JsonObject List(IEnumerable<JsonObject> items, bool hasMore = false) =>
        new() { ["object"] = "list", ["data"] = new JsonArray([.. items]), ["has_more"] = hasMore };
}
