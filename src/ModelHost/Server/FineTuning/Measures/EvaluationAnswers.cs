using System.Globalization;
using System.Text;
using System.Text.Json;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Files;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.FineTuning.Rows;

namespace Platform.ModelHost.Server.FineTuning.Measures;

/// <summary>Has the job's prompts answered at each evaluation: by the base at first, then by each adapter that the trainer leaves in the folder `evaluations`. What was answered is in answers.jsonl; an adapter that was asked is deleted.</summary>
internal sealed class EvaluationAnswers(TuningJob job, ModelEngine engine, ProbeAnswers probes, TimeProvider time)
{
    private const int LeastKept = 2;
    private const long MostKeptBytes = 512 << 20; // of adapters that wait
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>What was answered so far, by step.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static IReadOnlyList<EvaluationAnswer> Read(JobFiles folder) => !File.Exists(folder.Answers) ? []
        : [.. JsonLines.Parse(Whole(File.ReadAllText(folder.Answers)), folder.Answers, ProbeJson.Default.EvaluationAnswer).DistinctBy(one => one.Step).OrderBy(one => one.Step)];

    /// <summary>Until the trainer has ended and its last evaluation is answered. Nothing that goes wrong here ends the job.</summary>
    /// <param name="trainer">Ends with it.</param>
    public async Task RunAsync(Task trainer, CancellationToken cancellation)
    {
        try
        {
            if (!File.Exists(job.Folder.Prompts) || JsonLines.Read(job.Folder.Prompts, ProbeJson.Default.Probe).ToList() is not { Count: > 0 } prompts)
            {
                return;
            }

            var known = Read(job.Folder).ToDictionary(one => one.Step);
            Keep(known.Values); // half a line that a killed service left is gone
            using var held = await engine.HoldAsync(job.Now.Model, cancellation);
            if (!known.ContainsKey(0))
            {
                await AnswerAsync(known, prompts, 0, null, cancellation);
            }

            await AskAsync(known, prompts, trainer, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return; // what waits is answered when the job goes on
        }
        catch (Exception fault) when (fault is EngineException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            job.TrySay("warn", "prompts_not_answered", $"The prompts are not answered at further evaluations: {fault.Message}");
            await DropAsync(trainer, cancellation);
        }
    }

    private async Task AskAsync(Dictionary<int, EvaluationAnswer> known, List<Probe> prompts, Task trainer, CancellationToken cancellation)
    {
        for (var isOver = false; !isOver;)
        {
            await Task.WhenAny(trainer, Task.Delay(Look, time, cancellation));
            cancellation.ThrowIfCancellationRequested();
            isOver = trainer.IsCompleted;
            while (Waiting() is [var (step, file), ..])
            {
                if (!known.ContainsKey(step))
                {
                    await AnswerAsync(known, prompts, step, file, cancellation);
                }

                engine.Forget(job.Now.Model, file);
                File.Delete(file);
            }
        }
    }

    /// <summary>The trainer leaves adapters as long as it runs; where nobody asks them they must not fill the disk.</summary>
    private async Task DropAsync(Task trainer, CancellationToken cancellation)
    {
        while (!trainer.IsCompleted && !cancellation.IsCancellationRequested)
        {
            Drop();
            await Task.WhenAny(trainer, Task.Delay(Look, time, CancellationToken.None));
        }
    }

    private void Drop()
    {
        try
        {
            Waiting().ForEach(one => File.Delete(one.File));
        }
        catch (Exception kept) when (kept is IOException or UnauthorizedAccessException)
        {
            return; // they cannot be listed or deleted; it is tried again, and at the job's end
        }
    }

    private async Task AnswerAsync(Dictionary<int, EvaluationAnswer> known, List<Probe> prompts, int step, string? adapter, CancellationToken cancellation)
    {
        var answers = new List<string?>();
        foreach (var prompt in prompts)
        {
            Thin();
            try
            {
                answers.Add(adapter is null ? await probes.AskBaseAsync(prompt, cancellation) : await probes.AskFileAsync(prompt, adapter, cancellation));
            }
            catch (EngineException tooLong) when (tooLong.Kind == EngineErrorKind.ContextTooLong)
            {
                answers.Add(null);
            }
        }

        known[step] = new EvaluationAnswer(step, time.GetUtcNow().ToUnixTimeSeconds(), answers);
        using (var file = new FileStream(job.Folder.Answers, FileMode.Append))
        {
            file.Write([.. JsonSerializer.SerializeToUtf8Bytes(known[step], ProbeJson.Default.EvaluationAnswer), (byte)'\n']);
        }

        if (step == 0)
        {
            job.Say("info", "answered_by_base", $"{prompts.Count} prompts were answered by the base.");
        }
        else
        {
            job.Say("info", "answered", $"{prompts.Count} prompts were answered as learned after step {step}.");
        }
    }

    private List<(int Step, string File)> Waiting() => !Directory.Exists(job.Folder.Evaluations) ? []
        : [.. Directory.EnumerateFiles(job.Folder.Evaluations, "step-*.gguf").Order(StringComparer.Ordinal)
            .Select(file => (Step: int.TryParse(Path.GetFileNameWithoutExtension(file)["step-".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : -1, File: file)).Where(one => one.Step >= 0)];

    /// <summary>Where the trainer is the quicker, the evaluations between the one that is asked and the last are not.</summary>
    private void Thin()
    {
        var waiting = Waiting();
        while (waiting.Count > LeastKept && waiting.Sum(one => new FileInfo(one.File).Length) > MostKeptBytes)
        {
            File.Delete(waiting[1].File);
            waiting.RemoveAt(1);
        }
    }

    private void Keep(IEnumerable<EvaluationAnswer> known) =>
        DurableJson.Write(job.Folder.Answers, Encoding.UTF8.GetBytes(string.Concat(known.Select(one => JsonSerializer.Serialize(one, ProbeJson.Default.EvaluationAnswer) + "\n")))); // whole or as it was: what the base answered is not asked again

    private static string[] Whole(string text) => text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
