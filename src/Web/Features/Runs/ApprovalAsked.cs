using System.Text.Json;
using Platform.Agents.Runs.Tracing;

namespace Platform.Web.Features.Runs;

/// <summary>What a person is asked, wherever it is shown.</summary>
/// <param name="Agent">Its name.</param>
/// <param name="Arguments">Written by a model: untrusted.</param>
/// <param name="Effects">What the tool does: reads, writes, network.</param>
public sealed record ApprovalAsked(Guid Id, Guid RunId, bool IsPlan, string Agent, string Tool, JsonElement Arguments, string Effects, DateTimeOffset AskedAt, DateTimeOffset ExpiresAt)
{
    /// <summary>Whether the person is asked something before the plan.</summary>
    public bool IsQuestion { get; private init; }

    /// <summary>What the tool always runs for, where it is asked about because it does more by now; else null.</summary>
    public string? AlwaysFor { get; private init; }

    /// <summary>What waits in a run that the page does not follow.</summary>
    public static ApprovalAsked Of(AskedElsewhere waits)
    {
        ArgumentNullException.ThrowIfNull(waits);
        var stored = waits.Asked;
        return new(stored.Id, stored.RunId, stored.IsPlan, stored.Agent, stored.Tool, stored.Arguments, stored.Effects, stored.CreatedAt, stored.ExpiresAt) { IsQuestion = stored.IsQuestion, AlwaysFor = waits.AlwaysFor };
    }

    /// <summary>Of a row of a trace that waits.</summary>
    public static ApprovalAsked Of(TraceRow row, Guid runId, string agent)
    {
        ArgumentNullException.ThrowIfNull(row);
        var asked = row.Approval!.Asked;
        return new(asked.ApprovalId, runId, asked.IsPlan, agent, asked.Tool, asked.Arguments, asked.Effects, row.BeganAt, asked.ExpiresAt) { IsQuestion = asked.IsQuestion, AlwaysFor = asked.AlwaysFor };
    }
}
