using Microsoft.Extensions.Localization;
using Platform.Training.Datasets;

namespace Platform.Web.Features.Datasets;

/// <summary>What went wrong, in the person's language where there are words for its code; else as it was said.</summary>
internal static class DatasetWords
{
    public static string Of(DatasetException refused, IStringLocalizer<DatasetsTexts> texts) => Of(refused.Code, refused.Message, texts);

    public static string Of(string code, string message, IStringLocalizer<DatasetsTexts> texts) => texts[$"Error_{code}"] is { ResourceNotFound: false } words ? words.Value : message;
}
