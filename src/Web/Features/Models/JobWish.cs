using System.Text.RegularExpressions;

namespace Platform.Web.Features.Models;

/// <summary>A job that a person asked for: a smaller copy of a model, or a measure of how well it foretells a text.</summary>
/// <param name="To">Type of the copy; null measures the perplexity.</param>
/// <param name="Name">Of the copy; null lets the service name it.</param>
/// <param name="Text">To measure on; null takes the service's own.</param>
public sealed partial record JobWish(string Model, string? To, string? Name, string? Text)
{
    /// <summary>What the service takes for a name, which it writes in lower case.</summary>
    public static bool IsName(string name) => NameForm().IsMatch(name);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$", RegexOptions.CultureInvariant)]
    private static partial Regex NameForm();
}
