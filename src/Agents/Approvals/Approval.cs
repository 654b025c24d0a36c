using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Agents.Planning;
using Platform.Agents.Runs;

namespace Platform.Agents.Approvals;

/// <summary>States of an approval. Withdrawn: its run ended first. Stored by number: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<ApprovalStatus>))]
public enum ApprovalStatus { Pending = 0, Approved = 1, Rejected = 2, Expired = 3, Withdrawn = 4 }

/// <summary>What a person is to decide: whether an agent may make one call, or carry out its plan; or what they are to tell it before.</summary>
/// <param name="Arguments">As the model wrote them: untrusted.</param>
/// <param name="Effects">What the tool does: writes, network.</param>
/// <param name="ExpiresAt">From then on it is rejected.</param>
public sealed record Approval(
    Guid Id, Guid RunId, string OwnerId, string Agent, string CallId, string Tool, JsonElement Arguments, string Effects, ApprovalStatus Status,
    DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? DecidedAt, string? DecidedBy, string? Comment)
{
    /// <summary>What the person allowed in the place of the arguments, or answered; null where they allowed what was asked, or nothing.</summary>
    public JsonElement? ApprovedArguments { get; init; }

    /// <summary>Whether the run's plan is asked about, and not a call.</summary>
    public bool IsPlan => PlanExecution.IsCall(CallId);

    /// <summary>Whether the person is asked something before the plan, and not about a call.</summary>
    public bool IsQuestion => Clarification.IsCall(CallId);
}

/// <summary>approval.requested.</summary>
public sealed record ApprovalRequestedData(Guid ApprovalId, string CallId, string Tool, JsonElement Arguments, string Effects, DateTimeOffset ExpiresAt)
{
    /// <summary>What the tool always runs for, where it is asked about because it does more by now; else null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AlwaysFor { get; init; }

    /// <summary>Whether the run's plan is asked about, and not a call.</summary>
    [JsonIgnore]
    public bool IsPlan => PlanExecution.IsCall(CallId);

    /// <summary>Whether the person is asked something before the plan, and not about a call.</summary>
    [JsonIgnore]
    public bool IsQuestion => Clarification.IsCall(CallId);
}

/// <summary>approval.resolved.</summary>
/// <param name="Arguments">Those that the call is made with; null for those that were asked about.</param>
/// <param name="Reason">approval_expired where nobody decided; else empty.</param>
/// <param name="ForRun">Whether the tool needs no further approval in this run.</param>
public sealed record ApprovalResolvedData(Guid ApprovalId, string CallId, string Tool, ApprovalStatus Status, JsonElement? Arguments, string Comment, string Reason, bool ForRun);
