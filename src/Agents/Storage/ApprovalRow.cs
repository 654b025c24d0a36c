using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Platform.Agents.Approvals;
using Platform.Agents.Runs;

namespace Platform.Agents.Storage;

internal sealed class ApprovalRow
{
    public Guid Id { get; set; }
    public Guid RunId { get; set; }
    public required string OwnerId { get; set; }

    /// <summary>The agent's name.</summary>
    public required string Agent { get; set; }
    public required string CallId { get; set; }
    public required string Tool { get; set; }

    /// <summary>JSON as the model wrote it.</summary>
    public required string Arguments { get; set; }
    public required string Effects { get; set; }

    /// <summary>JSON of what was allowed in their place; null for nothing else.</summary>
    public string? ApprovedArguments { get; set; }
    public ApprovalStatus Status { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset ExpiresAt { get; set; }
    public DateTimeOffset? DecidedAt { get; set; }
    public string? DecidedBy { get; set; }
    public string? Comment { get; set; }

    public static ApprovalRow Of(LiveRun run, RunEvent requested)
    {
        var data = requested.Read<ApprovalRequestedData>();
        return new()
        {
            Id = data.ApprovalId, RunId = run.Id, OwnerId = run.Question.Caller.UserId, Agent = run.Agent?.Definition.Name ?? "", CallId = data.CallId,
            Tool = data.Tool, Arguments = data.Arguments.GetRawText(), Effects = data.Effects, CreatedAt = requested.At, ExpiresAt = data.ExpiresAt,
        };
    }

    /// <summary>Those that a person can still decide on.</summary>
    public static Expression<Func<ApprovalRow, bool>> WaitsAt(DateTimeOffset now) => a => a.Status == ApprovalStatus.Pending && a.ExpiresAt > now;

    /// <summary>What is still asked for of a run that has ended.</summary>
    public static Task WithdrawAsync(AgentsContext db, Guid runId, DateTimeOffset at, CancellationToken cancellation) =>
        db.Approvals.Where(a => a.RunId == runId && a.Status == ApprovalStatus.Pending)
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.Status, ApprovalStatus.Withdrawn).SetProperty(a => a.DecidedAt, at), cancellation);
}
