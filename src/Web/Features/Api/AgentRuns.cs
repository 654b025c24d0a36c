using System.Runtime.CompilerServices;
using System.Security.Claims;
using Platform.Agents;
using Platform.Agents.Acting;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Web.Host;

namespace Platform.Web.Features.Api;

/// <summary>Starts runs for programs. Unless they name a conversation, each has one of its own, which stands in no list.</summary>
internal sealed class AgentRuns(AgentLibrary agents, RunAgent runs, ApprovalBox approvals)
{
    /// <summary>What an agent is called where a model is named.</summary>
    public const string ModelPrefix = "agent:";

    /// <summary>Starts the run of an agent, or of an answer from documents where none is named.</summary>
    /// <param name="agent">A slug, or agent:slug.</param>
    /// <param name="runId">Chosen by the program: the same id with the same content starts nothing new.</param>
    /// <param name="timeZone">Of who asks, such as Europe/Berlin; null for UTC.</param>
    /// <param name="field">What the request calls the agent.</param>
    /// <param name="mostTokens">Of its answer, where that is less than its own longest.</param>
    public async Task<RunInfo> StartAsync(ClaimsPrincipal user, string? agent, ChatInput input, Guid? runId, Guid? conversationId, CancellationToken cancellation, string? timeZone = null, string field = "agent", int? mostTokens = null)
    {
        var caller = CurrentCaller.From(user);
        var zone = timeZone is null ? "" : KnownZone.Of(timeZone).Id;
        var task = agent is null ? null : (await TaskAsync(caller, user.Identity?.Name ?? "", agent, field, cancellation)) with { TimeZone = zone, MostAnswerTokens = mostTokens };
        if (conversationId is not null && input.Turns.Count > 0)
        {
            throw RefusedRequestException.Of("input", "In a thread that exists what was said before is known. Send the new message alone.");
        }

        var id = runId ?? Guid.CreateVersion7();
        var known = conversationId ?? await StartedInAsync(caller, runId, cancellation);
        try
        {
            return await runs.StartAsync(caller, new StartRun(id, known ?? Guid.CreateVersion7(), input.Question, Agent: task) { Before = known is null ? input.Turns : null, Purpose = RunPurpose.Program }, cancellation);
        }
        catch (NotFoundException) when (conversationId is { } thread)
        {
            throw new RefusedRequestException(new Problem(404, "invalid_request_error", "not_found", $"The thread {thread} was not found.", Param: "thread_id"));
        }
    }

    /// <summary>The events of a run until it has its answer, or waits for a person, folded into one. Who leaves before that stops it.</summary>
    public async IAsyncEnumerable<RunEvent> AnswerAsync(Caller caller, AgentAnswer answer, [EnumeratorCancellation] CancellationToken gone)
    {
        try
        {
            await foreach (var happened in runs.UntilAnswerAsync(caller, answer.Run.Id, gone))
            {
                answer.Take(happened);
                yield return happened;
            }

            if (answer.IsWaiting)
            {
                answer.WaitsToo(await approvals.BelowAsync(caller, answer.Run.Id, gone));
            }
        }
        finally
        {
            if (!answer.HasEnded)
            {
                await runs.CancelAsync(caller, answer.Run.Id, CancellationToken.None);
            }
        }
    }

    private async Task<AgentTask> TaskAsync(Caller caller, string userName, string agent, string field, CancellationToken cancellation)
    {
        var slug = agent.StartsWith(ModelPrefix, StringComparison.Ordinal) ? agent[ModelPrefix.Length..] : agent;
        try
        {
            var version = await agents.PublishedAsync(caller, slug, cancellation);
            return new AgentTask(version.AgentId, version.Number, version.Definition, userName, caller.IsAdministrator);
        }
        catch (NotFoundException)
        {
            throw new RefusedRequestException(new Problem(404, "invalid_request_error", "model_not_found", $"The agent '{RequestFields.Short(slug)}' does not exist, or has no published version.", Param: field));
        }
    }

    // A start that is repeated belongs where it was started first.
    private async Task<Guid?> StartedInAsync(Caller caller, Guid? runId, CancellationToken cancellation)
    {
        try
        {
            return runId is { } id ? (await runs.GetAsync(caller, id, cancellation)).ConversationId : null;
        }
        catch (NotFoundException)
        {
            return null;
        }
    }
}
