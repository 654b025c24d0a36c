using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Training.Batches;
using Platform.Training.Export;
using Platform.Training.Learning;

namespace Platform.Training.Jobs;

/// <summary>One line of the scores.</summary>
/// <param name="Reward">β · (log p with the adapter - log p without), over the tokens that count.</param>
/// <param name="LogP">With the adapter.</param>
/// <param name="BaseLogP">Of the base model alone.</param>
public sealed record RowScore(string Id, double Reward, double LogP, double BaseLogP);

/// <summary>
/// Rates answers with a finished job's adapter. One that learned preferences is a reward model without a head of its own: how much more than its base it likes an answer is the reward that
/// explains the preferences best. The best of several answers by it are rows to train on again.
/// </summary>
internal static class RowScores
{
    /// <param name="folder">Of a job whose adapter is there.</param>
    /// <param name="rows">Name of a file in it, of rows as for supervised learning.</param>
    /// <param name="scores">Name of the file that is written there, in the order of the rows.</param>
    /// <exception cref="TrainingException">The job is not done, or a row is bad.</exception>
    internal static void Write(JobFolder folder, string rows, string scores)
    {
        if (!File.Exists(folder.Adapter)) { throw new TrainingException(TrainingFault.Job, $"There is no {Path.GetFileName(folder.Adapter)}: only a finished job rates answers."); }
        using var site = JobSite.Open(folder, CancellationToken.None);
        AdapterFile.Read(folder.Adapter, site.Adapter);
        var texts = RowFile.Examples(folder.File(rows), site.Model.Shape.Vocabulary, Math.Min(site.Settings.SequenceTokens, site.Model.Shape.ContextTokens));
        var objective = new TextObjective(site.Shelf, site.Adapter, texts, new LearningOptions(site.Settings.MicroBatchTokens, Recompute: false));
        var (with, without) = (objective.Evaluate(site.Adapter, () => { }), objective.Evaluate(null, () => { }));
        WholeFile.Write(folder.File(scores), file =>
        {
            foreach (var (a, b) in with.Rows.Zip(without.Rows))
            {
                var (logP, baseLogP) = (-a.Loss * a.Weight, -b.Loss * b.Weight);
                file.Write([.. JsonSerializer.SerializeToUtf8Bytes(new RowScore(a.Id, site.Settings.Beta * (logP - baseLogP), logP, baseLogP), ScoreJson.Default.RowScore), (byte)'\n']);
            }
        });
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RowScore))]
internal sealed partial class ScoreJson : JsonSerializerContext;
