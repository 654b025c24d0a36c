using Microsoft.Extensions.Localization;

namespace Platform.Web.Layout;

/// <summary>Texts that hold a count: English tells one from many, so a text that needs it has a second form under its name and "_one".</summary>
public static class Counted
{
    /// <summary>The text for a count, which is its {0}.</summary>
    public static string Count(this IStringLocalizer texts, string name, long count)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return texts[count == 1 ? $"{name}_one" : name, count];
    }
}
