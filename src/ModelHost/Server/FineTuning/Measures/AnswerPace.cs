using System.Collections.Concurrent;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.FineTuning.Rows;

namespace Platform.ModelHost.Server.FineTuning.Measures;

/// <summary>How long it takes to answer a job's prompts at its evaluations and its held-out questions at its end, by how fast the base answers one of them. That is tried once for each file of a base, as long as the service runs: what was told stays.</summary>
internal sealed class AnswerPace
{
    private const int TriedTokens = 16, Most = 100, Trials = 3;
    private static readonly TimeSpan LongTrial = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<(string Model, long Bytes, long Written), (double Read, double Write)> _known = new();

    /// <param name="engine">Has the base loaded.</param>
    /// <param name="model">The base.</param>
    /// <param name="folder">With the prompts and the questions.</param>
    /// <param name="evaluations">At which the prompts are answered, that of the base among them.</param>
    /// <param name="cancellation">Ends the trial.</param>
    /// <returns>Seconds, where every answer is as long as it may be; 0 where nothing is asked, or the base cannot answer now.</returns>
    public async Task<double> SecondsAsync(ModelEngine engine, string model, JobFiles folder, int evaluations, CancellationToken cancellation)
    {
        var (prompts, questions) = (Read(folder.Prompts), Read(folder.Questions));
        if (prompts.Concat(questions).FirstOrDefault() is not { } one || await PaceAsync(engine, model, one, cancellation) is not var (read, write))
        {
            return 0;
        }

        return evaluations * Seconds(prompts) + 2 * Seconds(questions); // by the base and by the adapter

        double Seconds(IEnumerable<Probe> asked) => asked.Sum(probe => probe.Tokens.Length * read + probe.MostTokens * write);
    }

    /// <summary>Seconds for a token that is read, and for one that is written.</summary>
    private async Task<(double Read, double Write)?> PaceAsync(ModelEngine engine, string model, Probe probe, CancellationToken cancellation)
    {
        try
        {
            var (bytes, written) = engine.StampOf(model);
            if (_known.TryGetValue((model, bytes, written), out var known))
            {
                return known;
            }

            var request = new GenerationRequest { ModelId = model, PromptTokens = probe.Tokens, MaxTokens = TriedTokens, Sampling = new SamplingOptions { Temperature = 0 }, Adapters = [], CachePrompt = false, IsBackground = true };
            var (read, write, took) = (double.MaxValue, double.MaxValue, TimeSpan.Zero);
            for (var trial = 0; trial < Trials && took < LongTrial; trial++) // the first of a small model takes far longer than those behind it
            {
                await foreach (var news in engine.GenerateAsync(request, cancellation))
                {
                    if (news is GenerationFinished { Usage: var usage })
                    {
                        (read, write) = (Math.Min(read, usage.Prompt.TotalSeconds / Math.Max(1, usage.PromptTokens)), Math.Min(write, usage.Generation.TotalSeconds / Math.Max(1, usage.CompletionTokens)));
                        took += usage.Prompt + usage.Generation;
                    }
                }
            }

            if (_known.Count >= Most)
            {
                _known.Clear();
            }

            return _known.GetOrAdd((model, bytes, written), (read, write));
        }
        catch (EngineException)
        {
            return null; // it does not fit, or others are waited for: the job says so when it asks
        }
    }

    private static List<Probe> Read(string file) => File.Exists(file) ? [.. JsonLines.Read(file, ProbeJson.Default.Probe)] : [];
}
