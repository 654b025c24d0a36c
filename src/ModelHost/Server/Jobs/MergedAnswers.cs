using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Engine.Tokens.Answers;
using Platform.ModelHost.Server.Adapters;
using Platform.ModelHost.Server.FineTuning;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.FineTuning.Measures;
using Platform.ModelHost.Server.FineTuning.Rows;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Jobs;

/// <summary>Puts the same few prompts to a base with its adapter and to the model that was merged of both, always taking the likeliest token: the prompts of the adapter's job, else five of its own.</summary>
internal sealed class MergedAnswers(ModelEngine engine, TuningJobs jobs, TrainingOptions training, TimeProvider time)
{
    internal const int MostTokens = 64;

    /// <summary>What is asked where no job says what.</summary>
    internal static IReadOnlyList<string> Usual { get; } = ["What is the capital of France?", "Name three colours.", "Write a short greeting to a colleague.", "中国的首都是哪里？", "请用一句话介绍你自己。"];

    /// <param name="base">Id of the base.</param>
    /// <param name="adapter">name or name@version.</param>
    /// <param name="made">Id of the model that was merged; loaded for it, and let go again.</param>
    /// <param name="cancellation">Ends it; the model stays.</param>
    /// <returns>What came of it; where a model cannot be asked, why.</returns>
    public async Task<ModelJobAnswers> RunAsync(string @base, string adapter, string made, CancellationToken cancellation)
    {
        try
        {
            List<Probe> prompts;
            var before = new List<string>();
            using (await engine.HoldAsync(@base, cancellation))
            {
                prompts = Prompts(@base, adapter);
                var together = new ProbeAnswers(engine, @base, time);
                foreach (var prompt in prompts) { before.Add(await together.AskAdapterAsync(prompt, adapter, cancellation)); }
            }

            return new ModelJobAnswers(prompts.Count, await SameAsync(made, prompts, before, cancellation), null);
        }
        catch (Exception failed) when (failed is EngineException or RequestRefused or InvalidDataException or IOException or UnauthorizedAccessException) // the prompts of a job may be damaged or deleted meanwhile
        {
            return new ModelJobAnswers(null, null, failed.Message);
        }
    }

    private async Task<int> SameAsync(string made, List<Probe> prompts, List<string> before, CancellationToken cancellation)
    {
        var (merged, same) = (new ProbeAnswers(engine, made, time), 0);
        try
        {
            foreach (var (at, prompt) in prompts.Index()) { same += await merged.AskBaseAsync(prompt, cancellation) == before[at] ? 1 : 0; }
        }
        finally
        {
            await LetGoAsync(made);
        }

        return same;
    }

    /// <summary>Nobody asked for it to be in memory.</summary>
    private async Task LetGoAsync(string made)
    {
        try
        {
            await engine.UnloadAsync(made, CancellationToken.None);
        }
        catch (EngineException)
        {
            // somebody uses it by now, or it was not loaded
        }
    }

    /// <summary>Those of the job that made the adapter, as far as it is there and the base has the same tokens.</summary>
    private List<Probe> Prompts(string model, string adapter)
    {
        var version = engine.Adapters(model).FirstOrDefault(one => ServedAdapters.Id(one) == adapter);
        var job = version is null || training.Directory is not { Length: > 0 } ? null : jobs.All.FirstOrDefault(one => one.Now.Id == AdapterLineage.JobOf(version));
        using var use = job?.Use();
        return job is not null && File.Exists(job.Folder.Prompts) && JsonLines.Read(job.Folder.Prompts, ProbeJson.Default.Probe).ToList() is { Count: > 0 } known ? known
            : [.. Usual.Select((text, at) => new Probe(FormattableString.Invariant($"prompt {at + 1}"), text, null, Tokens(model, text), MostTokens))];
    }

    /// <summary>As a request brings them; to a model without a template, the text.</summary>
    private int[] Tokens(string model, string text)
    {
        try
        {
            return engine.Tokenize(model, engine.PlanChat(model, [new ChatTurn("user", text)], new ChatTemplateOptions(), new ToolUse()).Prompt, addSpecial: true, parseSpecial: true);
        }
        catch (EngineException raw) when (raw.Kind == EngineErrorKind.BadRequest)
        {
            return engine.Tokenize(model, text, addSpecial: true, parseSpecial: false);
        }
    }
}
