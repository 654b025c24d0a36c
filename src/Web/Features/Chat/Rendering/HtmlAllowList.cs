using System.Text.RegularExpressions;
using AngleSharp.Dom;

namespace Platform.Web.Features.Chat.Rendering;

/// <summary>Leaves only named elements and attributes in a tree of untrusted HTML. What is not named here does not pass.</summary>
public static partial class HtmlAllowList
{
    private static readonly HashSet<string> Kept = new(StringComparer.OrdinalIgnoreCase)
    {
        "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "b", "i", "del", "ins", "sub", "sup", "mark",
        "code", "pre", "blockquote", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "a",
    };

    // Their content is code, styles or another document, not words: it goes with them.
    private static readonly HashSet<string> Dropped = new(StringComparer.OrdinalIgnoreCase)
    {
        "script", "style", "template", "iframe", "frame", "frameset", "object", "embed", "applet", "svg", "math", "noscript", "textarea", "title",
        "select", "xmp", "plaintext", "noembed", "noframes", "audio", "video", "canvas", "link", "meta", "base",
    };

    /// <summary>Cleans the children of an element in place.</summary>
    public static void Clean(IElement root)
    {
        foreach (var node in root.ChildNodes.ToList())
        {
            switch (node)
            {
                case IText:
                    break;
                case IElement element:
                    CleanElement(element);
                    break;
                default:
                    node.Parent?.RemoveChild(node);
                    break;
            }
        }
    }

    private static void CleanElement(IElement element)
    {
        if (Dropped.Contains(element.LocalName) || element.NamespaceUri != "http://www.w3.org/1999/xhtml")
        {
            element.Remove();
            return;
        }

        if (element.LocalName == "img")
        {
            ReplaceImage(element);
            return;
        }

        Clean(element);
        if (!Kept.Contains(element.LocalName))
        {
            element.Replace([.. element.ChildNodes]);
            return;
        }

        var address = element.LocalName == "a" ? SafeAddress(element.GetAttribute("href")) : null;
        var start = element.LocalName == "ol" && int.TryParse(element.GetAttribute("start"), out var first) ? first : (int?)null;
        foreach (var attribute in element.Attributes.ToList())
        {
            element.RemoveAttribute(attribute.Name);
        }

        if (start is { } number)
        {
            element.SetAttribute("start", number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        if (address is not null)
        {
            MakeLink(element, address);
        }
        else if (element.LocalName == "a")
        {
            element.Replace([.. element.ChildNodes]);
        }
    }

    // An image is a request to an address that the text chose: it becomes a link that a person may follow.
    private static void ReplaceImage(IElement image)
    {
        var words = image.GetAttribute("alt") is { Length: > 0 } alt ? alt : image.GetAttribute("src") ?? "";
        var owner = image.Owner ?? throw new InvalidOperationException("An element has no document. This is a bug.");
        if (SafeAddress(image.GetAttribute("src")) is { } address && image.Closest("a") is null)
        {
            var link = owner.CreateElement("a");
            link.TextContent = words;
            MakeLink(link, address);
            image.Replace(link);
        }
        else
        {
            image.Replace(owner.CreateTextNode(words));
        }
    }

    // Words of a link may pass for a document's name, or for another address: where it leads is seen before it is followed.
    private static void MakeLink(IElement link, string address)
    {
        if (new Uri(address) is { IdnHost: { Length: > 0 } host } leads && !Names(link.TextContent, leads))
        {
            link.Append(link.Owner!.CreateTextNode($" ({host})"));
        }
        link.SetAttribute("href", address);
        link.SetAttribute("rel", "noopener noreferrer nofollow");
        link.SetAttribute("target", "_blank");
    }

    // As the address itself, or as the only name of a host in them.
    private static bool Names(string words, Uri address) =>
        (address.UserInfo.Length == 0 && Uri.TryCreate(words.Trim(), UriKind.Absolute, out var written) && written == address)
        || (HostName().Matches(words) is { Count: > 0 } names && names.All(name => name.Value.Equals(address.IdnHost, StringComparison.OrdinalIgnoreCase)));

    [GeneratedRegex(@"[\p{L}\p{N}\-]+(?:\.[\p{L}\p{N}\-]+)+")]
    private static partial Regex HostName();

    private static string? SafeAddress(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeMailto)
            ? uri.AbsoluteUri : null;
}
