using Microsoft.Extensions.Localization;
using Platform.ModelHost.Client.Admin.Tuning;
using Platform.Web.Layout;

namespace Platform.Web.Features.Training;

/// <summary>What the columns of jobs that stand beside each other hold, a row each.</summary>
internal static class ComparedJobs
{
    private const string GoldenAccuracy = "golden_accuracy";

    /// <summary>How their adapters came out; by what only some were measured the others have none. Of golden questions it is told too which they are, and how many: shares of others do not compare.</summary>
    public static IReadOnlyList<(string Name, IReadOnlyList<(string? Value, string? More)> Values)> Measured(IReadOnlyList<TuningJob> jobs, IStringLocalizer<TrainingTexts> texts) =>
        [.. jobs.SelectMany(job => job.Measures.Select(one => one.Name)).Distinct().Select(name => (name, (IReadOnlyList<(string?, string?)>)[.. jobs.Select(job => Of(job, name, texts))]))];

    /// <summary>Wherein they are not the same. The golden questions stand with their share, where one of them has it.</summary>
    public static IReadOnlyList<(string Name, IReadOnlyList<string?> Values)> Differences(IReadOnlyList<TuningJob> jobs, IStringLocalizer<TrainingTexts> texts)
    {
        var isGoldenTold = jobs.Any(job => job.Measures.Any(one => one.Name == GoldenAccuracy));
        return [.. jobs.SelectMany(job => JobFigures.All(job, texts).Concat(JobFigures.Data(job))).Where(one => one.Name != JobFigures.Golden || !isGoldenTold)
            .GroupBy(one => one.Name).Select(same => (same.Key, (IReadOnlyList<string?>)[.. same.Select(one => one.Value)])).Where(one => one.Item2.Distinct().Count() > 1)];
    }

    private static (string? Value, string? More) Of(TuningJob job, string name, IStringLocalizer<TrainingTexts> texts)
    {
        var measure = job.Measures.FirstOrDefault(one => one.Name == name);
        string?[] parts = name != GoldenAccuracy ? [] :
        [
            JobFigures.All(job, texts).First(setting => setting.Name == JobFigures.Golden).Value,
            measure?.Of is { } asked ? texts.Count("GoldenAsked", asked) : null,
            measure?.WithoutModel is > 0 and var without ? texts.Count("GoldenWithoutModel", without) : null,
        ];
        return (measure is null ? null : MeasureTable.Shown(measure, measure.Value), string.Join(" · ", parts.OfType<string>()) is { Length: > 0 } more ? more : null);
    }
}
