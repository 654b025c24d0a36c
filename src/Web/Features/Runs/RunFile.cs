using Platform.Agents.Runs.Tracing;

namespace Platform.Web.Features.Runs;

/// <summary>A document, or a page of the web, that a run read.</summary>
/// <param name="BaseId">Null where it is not known, and for a page of the web.</param>
/// <param name="Url">Of a page of the web; null for a document.</param>
/// <param name="Passages">Different passages of it that the run read.</param>
/// <param name="IsCited">Whether the answer names it.</param>
public sealed record RunFile(Guid DocumentId, Guid? BaseId, string Name, string MediaType, string? Url, int Passages, bool IsCited)
{
    /// <summary>Tells it from the run's other files.</summary>
    public string Key => Url ?? DocumentId.ToString();

    /// <summary>The cited ones first, then those of which more was read.</summary>
    public static IReadOnlyList<RunFile> Of(RunTrace trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        var cited = trace.Citations.Select(one => one.Url ?? one.DocumentId.ToString()).ToHashSet();
        var found = trace.Rows.SelectMany(row => row.Tool?.Result?.Citations ?? []).Concat(trace.Citations)
            .Select(one => (one.PassageId, File: new RunFile(one.DocumentId, one.Url is null ? one.BaseId : null, one.DocumentName, one.MediaType, one.Url, 0, false)));
        var searched = trace.Rows.SelectMany(row => row.Passages).Select(one => (one.PassageId, File: new RunFile(one.DocumentId, null, one.DocumentName, one.MediaType, null, 0, false)));
        return [.. found.Concat(searched).GroupBy(one => one.File.Key)
            .Select(file => file.First().File with { Passages = file.Select(one => one.PassageId).Distinct().Count(), IsCited = cited.Contains(file.Key) })
            .OrderByDescending(file => file.IsCited).ThenByDescending(file => file.Passages).ThenBy(file => file.Name, StringComparer.CurrentCultureIgnoreCase)];
    }
}
