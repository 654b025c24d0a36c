using System.Text.Json;
using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Admin.Tuning;

namespace Platform.Web.Features.Training;

/// <summary>The frozen rows that a job, and the adapter it makes, came from, as the job's metadata keeps them.</summary>
/// <param name="Version">The dataset's name and the version's number, as terms@3.</param>
/// <param name="Sha256">Of the frozen rows.</param>
public sealed record JobOrigin(Guid Dataset, string Version, string Sha256)
{
    internal const string DatasetKey = "dataset_id", NameKey = "dataset_name", VersionKey = "dataset_version", HashKey = "dataset_sha256", MixtureKey = "dataset_mixture", ByKey = "started_by", EvaluatedKey = "evaluated_on", EvaluatedIdKey = "evaluated_on_id";

    /// <summary>Null for a job that was not begun on these pages.</summary>
    public static JobOrigin? Of(TuningJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return Of(name => job.Metadata.GetValueOrDefault(name));
    }

    /// <summary>Null for an adapter that no job of these pages made.</summary>
    public static JobOrigin? Of(AdminAdapter adapter) => Of(name => Text(adapter, name));

    /// <summary>A text of what an adapter's maker says of it; null where there is none.</summary>
    public static string? Text(AdminAdapter adapter, string name)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        return adapter.Lineage is { ValueKind: JsonValueKind.Object } lineage && lineage.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private static JobOrigin? Of(Func<string, string?> text) =>
        Guid.TryParse(text(DatasetKey), out var set) && text(VersionKey) is { } version && text(HashKey) is { } hash ? new JobOrigin(set, version, hash) : null;
}
