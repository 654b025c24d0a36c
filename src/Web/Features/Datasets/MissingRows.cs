using Microsoft.Extensions.Localization;
using Platform.Training.Datasets.Generating;
using Platform.Web.Layout;

namespace Platform.Web.Features.Datasets;

/// <summary>Why fewer rows were made than were wanted, with how many each reason cost, the most first.</summary>
internal static class MissingRows
{
    /// <summary>26 rows are missing. 20: the documents give no more. 6: …; null where none is missing.</summary>
    public static string? Of(IReadOnlyDictionary<string, int> missing, IStringLocalizer<DatasetsTexts> texts) => missing.Values.Sum() is > 0 and var all
        ? string.Join(texts["BetweenSentences"], missing.OrderByDescending(one => one.Value).ThenBy(one => one.Key, StringComparer.Ordinal).Select(one => texts[$"Missing_{one.Key}", one.Value].Value).Prepend(texts.Count("MissingRows", all)))
        : null;

    /// <summary>The same of rows that were tried.</summary>
    public static string? Of(IEnumerable<GeneratedItem> tried, IStringLocalizer<DatasetsTexts> texts) =>
        Of(tried.Where(row => row.Missing > 0).GroupBy(row => row.Dropped).ToDictionary(same => same.Key, same => same.Sum(row => row.Missing)), texts);
}
