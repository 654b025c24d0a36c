using Microsoft.Extensions.Localization;
using Platform.Training.Datasets;
using Platform.Training.Rows;
using Platform.Web.Layout;

namespace Platform.Web.Features.Datasets;

/// <summary>What went wrong, in the person's language where there are words for its code; else as it was said.</summary>
internal static class DatasetWords
{
    /// <summary>52 rows · 40 approved, ≈ 3,100 tokens</summary>
    public static string Counts(Dataset set, IStringLocalizer<DatasetsTexts> texts) =>
        $"{texts.Count("RowCount", set.Rows)} · {(set.Approved > 0 ? texts["ApprovedTokens", set.Approved, set.Tokens] : texts["ApprovedCount", 0])}";

    public static string Of(DatasetException refused, IStringLocalizer<DatasetsTexts> texts) =>
        refused.InnerException is RowException fault ? Of(fault, texts) : Of(refused.Code, refused.Message, texts);

    public static string Of(RowException fault, IStringLocalizer<DatasetsTexts> texts) => Of(fault.Code, FaultWords.Of(fault, texts), texts);

    public static string Of(string code, string message, IStringLocalizer<DatasetsTexts> texts) => texts[$"Error_{code}"] is { ResourceNotFound: false } words ? words.Value : message;
}
