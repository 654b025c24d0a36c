using System.Text.RegularExpressions;

namespace Platform.Retrieval.Reading;

/// <summary>Tells by its first characters that a line is an item of a list.</summary>
internal static partial class ListMarker
{
    public static bool IsAt(string line) => Marker().IsMatch(line);

    [GeneratedRegex(@"^\s*(?:[-*+•·‣◦▪●○■□–—]\s+|[•●▪■◦‣]|\(?\d{1,3}[.)]\s+\S|\(?[a-zA-Z][.)]\s+\S|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,3}、|[①-⑳])", RegexOptions.CultureInvariant)]
    private static partial Regex Marker();
}
