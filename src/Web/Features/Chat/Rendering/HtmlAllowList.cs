using System.Text.RegularExpressions;
using AngleSharp.Dom;

namespace Platform.Web.Features.Chat.Rendering;

/// <summary>Leaves only named elements and attributes in a tree of untrusted HTML. What is not named here does not pass.</summary>
public static class HtmlAllowList
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
        if (new Uri(address).IdnHost is { Length: > 0 } host && !Names(link.TextContent, host))
        {
            link.Append(link.Owner!.CreateTextNode($" ({host})"));
        }
        link.SetAttribute("href", address);
        link.SetAttribute("rel", "noopener noreferrer nofollow");
        link.SetAttribute("target", "_blank");
    }

    // By itself, and not as the end or the beginning of another name.
    private static bool Names(string words, string host) =>
        Regex.IsMatch(words, $@"(?<![\p{{L}}\p{{N}}.\-]){Regex.Escape(host)}(?!\.?[\p{{L}}\p{{N}}\-])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static string? SafeAddress(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeMailto)
            ? uri.AbsoluteUri : null;
}
