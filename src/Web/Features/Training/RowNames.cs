using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;

namespace Platform.Web.Features.Training;

/// <summary>What the service calls a row (line 7, item 7 of a list, line 7 turn 2, file-… line 7), in the person's language.</summary>
public static partial class RowNames
{
    public static string RowName(this IStringLocalizer<TrainingTexts> texts, string id)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(id);
        return Line().Replace(id, found => texts[found.Groups[1].Value == "line" ? "RowLine" : "RowItem", found.Groups[2].Value]);
    }

    [GeneratedRegex(@"\b(line|item) (\d+)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Line();
}
