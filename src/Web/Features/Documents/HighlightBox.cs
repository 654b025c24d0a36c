using System.Globalization;

namespace Platform.Web.Features.Documents;

/// <summary>A rectangle over a page image; page from 1, the rest as shares of the page's width and height, origin top left.</summary>
public sealed record HighlightBox(int Page, double X, double Y, double Width, double Height)
{
    /// <summary>Its place in percent, for a style attribute.</summary>
    public string Style => string.Create(CultureInfo.InvariantCulture, $"left:{X:P2};top:{Y:P2};width:{Width:P2};height:{Height:P2}").Replace(" ", "", StringComparison.Ordinal);
}
