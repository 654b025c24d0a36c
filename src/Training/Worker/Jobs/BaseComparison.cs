using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Training.Export;
using Platform.Training.Graph;
using Platform.Training.Learning;

namespace Platform.Training.Jobs;

/// <summary>One line of evaluation.jsonl: a row that was not learned from.</summary>
public sealed record ComparedRow(string Id, double BaseLoss, double Loss, double Weight);

/// <summary>Sets an adapter beside its base on the evaluation rows, the ones that got worst first.</summary>
internal static class BaseComparison
{
    /// <summary>The same for an adapter's file, once the job is over or before.</summary>
    /// <param name="folder">Of the job that the adapter is of, its end or a checkpoint.</param>
    /// <param name="adapter">Its file, as the job's exports are.</param>
    /// <param name="path">Where the rows appear, whole or not at all.</param>
    /// <exception cref="TrainingException">The job holds no rows back, or the adapter is of another shape.</exception>
    internal static void Write(JobFolder folder, string adapter, string path)
    {
        using var site = JobSite.Open(folder, CancellationToken.None);
        if (site.Validation is null) { throw new TrainingException(TrainingFault.Job, "The job holds no rows back, so there is nothing to compare on."); }
        AdapterFile.Read(adapter, site.Adapter);
        Write(path, site.Validation, site.Adapter, () => { });
    }

    /// <returns>What came of it, in a sentence.</returns>
    internal static FormattableString Write(string path, IObjective rows, LoraWeights adapter, Action pause)
    {
        var (plain, trained) = (rows.Evaluate(null, pause), rows.Evaluate(adapter, pause));
        var compared = plain.Rows.Zip(trained.Rows, (b, a) => new ComparedRow(a.Id, b.Loss, a.Loss, a.Weight)).OrderByDescending(r => r.Loss - r.BaseLoss).ToArray();
        WholeFile.Write(path, file =>
        {
            foreach (var row in compared) { file.Write([.. JsonSerializer.SerializeToUtf8Bytes(row, ComparisonJson.Default.ComparedRow), (byte)'\n']); }
        });
        return $"On {compared.Length} rows that were not learned from, the loss is {trained.Mean:0.0000} with the adapter and {plain.Mean:0.0000} without; it is lower on {compared.Count(r => r.Loss < r.BaseLoss)} of them.";
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ComparedRow))]
internal sealed partial class ComparisonJson : JsonSerializerContext;
