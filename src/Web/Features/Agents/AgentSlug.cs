using System.Text;
using System.Text.RegularExpressions;

namespace Platform.Web.Features.Agents;

/// <summary>Proposes the name that programs use from the one that people read.</summary>
public static partial class AgentSlug
{
    private const int Longest = 60;

    /// <summary>The Latin letters and digits of a name, with hyphens; "agent" where there are none. One that is taken gets a number.</summary>
    public static string Of(string name, IEnumerable<string> taken)
    {
        ArgumentNullException.ThrowIfNull(name);
        var plain = Other().Replace(string.Concat(name.Normalize(NormalizationForm.FormD).Where(char.IsAscii)).ToLowerInvariant(), "-").Trim('-');
        var slug = plain.Length == 0 ? "agent" : char.IsAsciiLetterLower(plain[0]) ? plain : $"agent-{plain}";
        slug = slug[..Math.Min(slug.Length, Longest)].TrimEnd('-');
        var known = taken.ToHashSet(StringComparer.Ordinal);
        var free = slug;
        for (var i = 2; known.Contains(free); i++)
        {
            free = $"{slug}-{i}";
        }
        return free;
    }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex Other();
}
