using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Prompting;
using Platform.Agents.Runs;
using Platform.Agents.Storage;
using Platform.Agents.Tools;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Nesting;

/// <summary>Runs of agents that other runs ask. One is executed by the call that asks, and by nothing else: where it waits for a person, or was cut off, the call is made again and goes on with the same run.</summary>
internal sealed partial class NestedRuns(IDbContextFactory<AgentsContext> contexts, AgentLibrary agents, RunAgent runs, RunStore store, RunHost host, RunResumption resumption, TimeProvider time)
{
    private const int LeastTokens = 500;

    /// <summary>What runs under a name, if the person may use it.</summary>
    public Task<AgentVersion> AgentAsync(Caller caller, string slug, CancellationToken cancellation) => agents.PublishedAsync(caller, slug, cancellation);

    /// <summary>The agent's answer, with its citations under numbers of the asking run; or that a person must decide first.</summary>
    public async Task<ToolOutcome> AskAsync(string slug, string task, ToolScope scope, CancellationToken cancellation)
    {
        var words = PromptWords.In(scope.Language);
        var id = AskedRun.IdOf(scope.RunId, scope.CallId);
        var row = await store.FindAsync(scope.Caller.UserId, id, cancellation);
        LiveRun? live = null;
        if (row is null)
        {
            if (scope.Depth >= AskAgentTool.MaxDepth)
                return ToolOutcome.Failed(words.AskedTooDeep(AskAgentTool.MaxDepth), ToolFailure.NoRoomToAsk);
            if (scope.TokensLeft < LeastTokens)
                return ToolOutcome.Failed(words.TooFewTokensToAsk(LeastTokens), ToolFailure.NoRoomToAsk);
            live = await BeginAsync(id, slug, task, scope, cancellation);
            if (live is null)
                return ToolOutcome.Failed(words.NoSuchAgent(Findings.Short(slug)), ToolFailure.NoSuchAgent);
        }
        else if (row.EndedAt is null)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellation);
            if (await RunTree.IsAskedAsync(db, id, cancellation))
                return ToolOutcome.Waiting;
            if (!await store.TakeAsync(db, id, r => r.Lease != store.Lease || r.Status == RunStatus.RequiresAction, cancellation))
                return ToolOutcome.Failed(words.AskedAlready, ToolFailure.AgentFailed);
            live = await resumption.TakenUpAsync(row, cancellation);
        }
        if (live is not null)
        {
            await using var stopping = cancellation.Register(() => Stop(live));
            await host.RunInPlaceAsync(live);
            if (host.IsStopping)
                cancellation.ThrowIfCancellationRequested();
        }
        return await OutcomeAsync(id, slug, scope, CancellationToken.None); // of one that was stopped what it took counts
    }

    /// <summary>With the asking run; where the program ends, both are left to the next start.</summary>
    private void Stop(LiveRun run)
    {
        if (!host.IsStopping)
            run.Stop();
    }

    private async Task<LiveRun?> BeginAsync(Guid id, string slug, string task, ToolScope scope, CancellationToken cancellation)
    {
        AgentVersion asked;
        try
        {
            asked = await AgentAsync(scope.Caller, slug, cancellation);
        }
        catch (NotFoundException)
        {
            return null;
        }
        var limits = asked.Definition.Limits;
        var definition = asked.Definition with
        {
            Limits = limits with { Tokens = Math.Min(limits.Tokens, scope.TokensLeft), Seconds = Math.Min(limits.Seconds, Math.Max(1, (int)scope.TimeLeft.TotalSeconds)), ToolCalls = Math.Min(limits.ToolCalls, Math.Max(0, scope.CallsLeft)) },
        };
        await using (var db = await contexts.CreateDbContextAsync(cancellation))
        {
            var now = time.GetUtcNow();
            if (!await db.Conversations.AnyAsync(c => c.Id == id, cancellation))
                db.Add(new ConversationRow { Id = id, OwnerId = scope.Caller.UserId, BaseIds = RunJson.Write(scope.BaseIds), Listed = false, CreatedAt = now, UpdatedAt = now });
            await db.SaveChangesAsync(cancellation);
        }
        AgentTask work = new(asked.AgentId, asked.Number, definition, scope.UserName, scope.Caller.IsAdministrator, scope.Depth + 1) { TimeZone = scope.TimeZone.Id };
        return (await runs.AddAsync(scope.Caller, new(id, id, task, Agent: work), new(RunPurpose.Nested, scope.RunId), cancellation)).Live;
    }

    private async Task<ToolOutcome> OutcomeAsync(Guid id, string slug, ToolScope scope, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var run = await db.Runs.AsNoTracking().SingleAsync(r => r.Id == id, cancellation);
        var message = await db.Messages.AsNoTracking().SingleAsync(m => m.Id == run.AssistantMessageId, cancellation);
        var tokens = run.Tokens + run.TokensOfOthers;
        var tree = await RunTree.AllAsync(db, id, cancellation);
        var calls = await db.RunEvents.CountAsync(e => tree.Contains(e.RunId) && e.Name == "tool.call", cancellation);
        var words = PromptWords.In(scope.Language);
        var data = JsonSerializer.SerializeToElement(new { agent = slug, run = id, steps = run.Steps, tokens });
        var outcome = run.Status switch
        {
            RunStatus.RequiresAction => ToolOutcome.Waiting,
            RunStatus.Completed => Answer(message, "", scope),
            RunStatus.Incomplete when message.Usage is not null && RunJson.Read<AnswerDone>(message.Usage).IsUnanswered => ToolOutcome.Failed(words.AgentAtLimit(RunAgent.Info(run).StopReason) + message.Text, ToolFailure.AgentFailed),
            RunStatus.Incomplete => Answer(message, words.AgentAtLimit(RunAgent.Info(run).StopReason), scope),
            RunStatus.Cancelled => ToolOutcome.Failed(words.AgentStopped(slug), ToolFailure.AgentFailed),
            RunStatus.Expired => ToolOutcome.Failed(words.AgentExpired(slug), ToolFailure.AgentFailed),
            _ => ToolOutcome.Failed(words.AgentFailed(slug, message.Error is null ? "" : RunJson.Read<ErrorData>(message.Error).Message), ToolFailure.AgentFailed),
        };
        return outcome with { Data = data, Tokens = tokens, Calls = calls };
    }

    /// <summary>Its marks lead to the same places under the asking run's numbers.</summary>
    private static ToolOutcome Answer(MessageRow message, string before, ToolScope scope)
    {
        var cited = (message.Citations is null ? [] : RunJson.Read<List<Citation>>(message.Citations)).ToDictionary(c => c.N, c => scope.Numbers.Number(c with { AnswerStart = 0, AnswerEnd = 0 }));
        var text = Mark().Replace(message.Text, mark => int.TryParse(mark.Groups[1].Value, CultureInfo.InvariantCulture, out var n) && cited.TryGetValue(n, out var own) ? string.Create(CultureInfo.InvariantCulture, $"[{own.N}]") : "");
        return ToolOutcome.Of(before + text, citations: [.. cited.Values.DistinctBy(citation => citation.N)]);
    }

    [GeneratedRegex(@"\[(\d{1,4})\]")]
    private static partial Regex Mark();
}
