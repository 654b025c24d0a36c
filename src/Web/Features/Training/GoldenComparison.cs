using System.Text.Json;
using Platform.Agents.Answering;
using Platform.Agents.Evaluation;
using Platform.Agents.Runs;
using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
using Platform.Retrieval;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Evaluation;

namespace Platform.Web.Features.Training;

/// <summary>Asks golden questions of the base and of each trained version whose job named such, when the job has ended, and tells the model service, whose gate asks for it: the figures, or why there are none, until somebody wishes that it is tried again. Done twice, by two programs, it comes to the same.</summary>
public sealed class GoldenComparison(AdapterAdmin adapters, FineTuning tuning, AnswerAgent answers, KnowledgeBases bases, DataFolder folder, TimeProvider time, ILogger<GoldenComparison> log, IRunOwners? owners = null) : BackgroundService
{
    private const int MostTries = 5, LongestMessage = 1_000;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10), FirstWait = TimeSpan.FromMinutes(1);
    private readonly Dictionary<(string, int), (int Tries, DateTimeOffset Next)> away = []; // the service may start anew, or be busy for a while

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer tick = new(Look, time);
        try
        {
            while (await tick.WaitForNextTickAsync(stoppingToken))
            {
                foreach (var adapter in await WaitingAsync(stoppingToken))
                {
                    await CompareAsync(adapter, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            log.LogDebug("The program ends; what was not compared is at its next start");
        }
    }

    // Versions that name questions of which nothing is known yet.
    private async Task<IReadOnlyList<AdminAdapter>> WaitingAsync(CancellationToken cancellation)
    {
        try
        {
            return [.. (await adapters.ListAsync(cancellation)).Where(one => one is { Version: > 0, BaseModel: not null } && GoldenChoice.Of(one) is not null && !IsKnown(one) && !Waits(one))];
        }
        catch (ModelHostException away)
        {
            log.LogDebug(away, "The adapters cannot be listed; they are looked at again soon");
            return [];
        }
    }

    private async Task CompareAsync(AdminAdapter adapter, CancellationToken cancellation)
    {
        var choice = GoldenChoice.Of(adapter)!;
        try
        {
            if (JobOrigin.Text(adapter, "job_id") is { } job && !await HasEndedAsync(job, cancellation))
            {
                return; // it still writes its own measures
            }
            if (owners is null || await owners.FindAsync(choice.By, cancellation) is not { Caller: { IsAdministrator: true } caller })
            {
                throw new GoldenException("no_administrator", "Whoever named the questions is no administrator any more.");
            }
            var questions = await ReadAsync(choice.File, cancellation);
            if ((await bases.GetAsync(caller, choice.Base, cancellation)).Ready == 0)
            {
                throw GoldenException.Empty();
            }
            var plain = await AskAsync(adapter.BaseModel!);
            var tuned = await AskAsync(FormattableString.Invariant($"{adapter.BaseModel}:{adapter.Name}@{adapter.Version}"));
            if (plain.TooLong != tuned.TooLong)
            {
                throw new GoldenException("unavailable", "The base was loaded with another context while the questions were asked."); // other questions: shares of them do not compare
            }
            await adapters.SetGoldenAsync(adapter.Name, adapter.Version, choice.File, choice.Base, questions.Count - plain.TooLong, tuned.Right, plain.Right, plain.TooLong, plain.Unasked, cancellation);
            away.Remove((adapter.Name, adapter.Version));

            // What does not fit is left out: both have one context, and so are asked the same ones.
            async Task<AnswerReport> AskAsync(string model)
            {
                var report = await AnswerEvaluation.RunAsync(answers, caller, [choice.Base], questions, cancellation, AnswerMode.Generate, model, leaveOutTooLong: true);
                return report.Unsearched == 0 ? report : throw GoldenException.Empty(); // it went meanwhile
            }
        }
        catch (ModelHostException others) when (others.Code == "questions_changed")
        {
            log.LogDebug(others, "The version has other golden questions by now; those are asked soon");
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            log.LogWarning(fault, "The adapter {Adapter}, version {Version}, could not be compared with its base on golden questions", adapter.Name, adapter.Version);
            await TellAsync(adapter, choice, GoldenException.Of(fault), cancellation);
        }
    }

    private async Task TellAsync(AdminAdapter adapter, GoldenChoice choice, GoldenException fault, CancellationToken cancellation)
    {
        var version = (adapter.Name, adapter.Version);
        if (fault.Code == "unavailable" && Later(version) < MostTries)
        {
            return;
        }
        try
        {
            await adapters.SetGoldenFailureAsync(adapter.Name, adapter.Version, choice.File, choice.Base, fault.Code, fault.Message.Length > LongestMessage ? fault.Message[..LongestMessage] : fault.Message, cancellation);
            away.Remove(version);
        }
        catch (ModelHostException silent)
        {
            Later(version);
            log.LogDebug(silent, "Why a version could not be compared cannot be told; it is tried again soon");
        }
    }

    private bool Waits(AdminAdapter adapter) => away.TryGetValue((adapter.Name, adapter.Version), out var last) && last.Next > time.GetUtcNow();

    // Waits twice as long each time, as often as it was tried; gives how often that was.
    private int Later((string, int) version)
    {
        var tries = away.GetValueOrDefault(version).Tries + 1;
        away[version] = (tries, time.GetUtcNow() + (FirstWait * (1 << Math.Min(tries - 1, MostTries))));
        return tries;
    }

    private async Task<bool> HasEndedAsync(string job, CancellationToken cancellation)
    {
        try
        {
            return (await tuning.GetAsync(job, cancellation)).HasEnded;
        }
        catch (ModelHostException gone) when (gone.StatusCode is 404)
        {
            return true;
        }
    }

    private async Task<IReadOnlyList<GoldenQuestion>> ReadAsync(string file, CancellationToken cancellation)
    {
        DataFolder.MakePrivate(folder.Cache);
        var path = Path.Combine(folder.Cache, $"golden-{Guid.NewGuid():N}.jsonl");
        try
        {
            await using (FileStream target = new(path, DataFolder.PrivateFile(FileMode.CreateNew, FileAccess.Write, FileShare.None)))
            {
                await tuning.ReadFileAsync(file, target, cancellation);
            }
            return await GoldenSet.LoadAsync(path, cancellation);
        }
        catch (ModelHostException gone) when (gone.StatusCode is 404)
        {
            throw new GoldenException("questions_gone", "The file with the questions was deleted.");
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static bool IsKnown(AdminAdapter adapter) => adapter.Metrics is { ValueKind: JsonValueKind.Object } metrics && metrics.TryGetProperty("golden", out _);
}
