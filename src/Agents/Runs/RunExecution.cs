using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Agents.Answering;
using Platform.Agents.Acting;
using Platform.ModelHost.Client;

namespace Platform.Agents.Runs;

/// <summary>Executes one run to its end, whatever that is: answered, stopped, failed, or interrupted by the program's own end.</summary>
/// <param name="owners">Null where nobody is known: what is gone on with there has the rights that it began with.</param>
/// <param name="ready">Null where the models are always there.</param>
internal sealed class RunExecution(AnswerAgent agent, AgentLoop loop, RunStore store, IOptions<AgentsOptions> options, TimeProvider time, ILogger<RunExecution> log, IRunOwners? owners = null, IModelsReady? ready = null)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>Returns when the last event is stored. Never throws for what happens inside the run.</summary>
    public async Task ExecuteAsync(LiveRun run, CancellationToken shutdown)
    {
        var storing = StoreAsync(run, shutdown);
        await AnswerAsync(run, shutdown);
        await storing;
        run.MarkStored();
    }

    private async Task AnswerAsync(LiveRun run, CancellationToken shutdown)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(run.Stopped, shutdown);
        try
        {
            either.Token.ThrowIfCancellationRequested();
            if (run.Agent is { } task)
            {
                if (run.Earlier > 0)
                {
                    await (ready?.UntilAsync(either.Token) ?? Task.CompletedTask);
                    await LookAtOwnerAsync(run, either.Token);
                }
                End(run, await loop.RunAsync(run, task, either.Token));
                return;
            }
            await foreach (var happened in agent.StreamAsync(run.Question, either.Token))
                Record(run, happened);
            Complete(run, RunStatus.Completed);
        }
        catch (Exception) when (run.IsLost)
        {
            run.Leave(); // it goes on elsewhere, and is neither stopped nor failed
        }
        catch (OperationCanceledException) when (run.Stopped.IsCancellationRequested)
        {
            Complete(run, RunStatus.Cancelled);
        }
        catch (OperationCanceledException) when (shutdown.IsCancellationRequested && run.Agent is not null)
        {
            run.Leave(); // the next start goes on with it
        }
        catch (OperationCanceledException) when (shutdown.IsCancellationRequested)
        {
            Fail(run, new ErrorData(RunErrorKind.Interrupted, RunStore.InterruptedMessage));
        }
        catch (RunException failure)
        {
            log.LogWarning(failure, "Run {RunId} failed: {Kind}", run.Id, failure.Kind);
            Fail(run, new ErrorData(failure.Kind, failure.Message));
        }
        catch (ModelHostException failure)
        {
            log.LogWarning(failure, "Run {RunId} failed: {Kind}", run.Id, failure.Kind);
            Fail(run, new ErrorData(AnswerFailures.KindOf(failure.Kind), failure.Message));
        }
        catch (Exception failure)
        {
            log.LogError(failure, "Run {RunId} failed", run.Id);
            Fail(run, new ErrorData(RunErrorKind.Failed, $"The answer failed inside the program (run {run.Id}). The log names the cause; asking again may help."));
        }
    }

    /// <summary>A run may have waited a day: it goes on with no right that its owner has lost meanwhile.</summary>
    private async Task LookAtOwnerAsync(LiveRun run, CancellationToken cancellation)
    {
        if (owners is null)
            return;
        var owner = await owners.FindAsync(run.Question.Caller.UserId, cancellation)
            ?? throw new RunException(RunErrorKind.Interrupted, "The account that this run belongs to is gone or disabled by now. It is not gone on with.");
        if (!owner.Caller.IsAdministrator)
            run.Demote();
    }

    private static void Record(LiveRun run, AnswerEvent happened)
    {
        switch (happened)
        {
            case AnswerStatus status:
                run.Add("run.status", new RunStatusData(status.Stage.ToString().ToLowerInvariant(), status.Value), p => p.Status = RunStatus.InProgress);
                break;
            case AnswerSources sources:
                run.Add("retrieval.completed", sources, p => p.Sources = sources);
                break;
            case AnswerText text:
                run.Add("message.delta", new TextData(text.Text), p => p.Write(text.Text));
                break;
            case AnswerCitation cited:
                run.Add("citation.added", cited.Citation, p => p.Cite(cited.Citation));
                break;
            case AnswerTaken taken:
                Record(run, new AnswerDone(taken.Mode, NotFound: false, taken.Timings, taken.Usage));
                break;
            case AnswerDone usage:
                run.Add("usage", usage, p => p.Usage = usage);
                break;
        }
    }

    private static void End(LiveRun run, AgentEnd end)
    {
        if (end.IsWaiting)
            run.Add("run.status", new RunStatusData(AgentJournal.Waiting, 0), p => p.Status = RunStatus.RequiresAction, last: true);
        else
            Complete(run, end.IsExpired ? RunStatus.Expired : end.Reason is null ? RunStatus.Completed : RunStatus.Incomplete, end.Reason);
    }

    private static void Complete(LiveRun run, RunStatus status, StopReason? reason = null)
    {
        run.Add("run.status", new RunStatusData(status.ToString().ToLowerInvariant(), 0, reason), p => (p.Status, p.StopReason) = (status, reason));
        run.Add("done", new TextData(run.Progress.Text), last: true);
    }

    private static void Fail(LiveRun run, ErrorData error)
    {
        run.Add("run.status", new RunStatusData("failed", 0), p => (p.Status, p.Error) = (RunStatus.Failed, error));
        run.Add("error", error, last: true);
    }

    /// <summary>Stores events in order, in batches. Where storing fails (a full disk, say) it tries again after ever longer pauses, so that the run goes on and nothing is lost once there is room; the log tells where that begins and where it ends.</summary>
    private async Task StoreAsync(LiveRun run, CancellationToken shutdown)
    {
        var settings = options.Value;
        var pause = ShortestPause;
        for (var (stored, told, isAgain) = (run.Earlier, 0, false); ;)
        {
            await run.UntilAsync(stored + 1, CancellationToken.None);
            await run.UntilWorthStoringAsync(stored, stored + settings.StoreAfterEvents, settings.StoreEvery);

            var (events, progress, ended) = run.Since(stored);
            try
            {
                if (!run.IsLost && await store.AppendAsync(new(run, events, progress, ended, isAgain, TellsMore: progress.Changes != told)))
                    run.MarkStored(stored + events.Count);
                else
                    run.Lose();
                (stored, told) = (stored + events.Count, progress.Changes);
                if (pause > ShortestPause && log.IsEnabled(LogLevel.Information))
                    log.LogInformation("Events of run {RunId} are stored again", run.Id);
                (pause, isAgain) = (ShortestPause, false);
                if (ended)
                    return;
            }
            catch (Exception failure)
            {
                if (pause == ShortestPause)
                    log.LogError(failure, "Events of run {RunId} after {Seq} could not be stored; it is tried again until they are", run.Id, stored);
                if (ended && shutdown.IsCancellationRequested)
                    return; // the next start finds the run unfinished and says so
                isAgain = true;
                await Task.Delay(pause, time, shutdown).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }
}
