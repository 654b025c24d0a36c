namespace Platform.Web.Features.Agents.ToolSetup;

/// <summary>Headers and variables as lines "name: value" to type. A stored value is shown as dots, and dots keep it.</summary>
public static class PairLines
{
    public const string Kept = "••••••";

    /// <summary>One line each, without their values.</summary>
    public static string Hidden(IReadOnlyDictionary<string, string> stored) => string.Join('\n', stored.Keys.Select(name => $"{name}: {Kept}"));

    /// <summary>What the lines say. Null where a line has no colon or no name.</summary>
    /// <param name="stored">Where dots take their values from.</param>
    public static IReadOnlyDictionary<string, string>? Read(string lines, IReadOnlyDictionary<string, string> stored)
    {
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentNullException.ThrowIfNull(stored);
        Dictionary<string, string> read = new(StringComparer.Ordinal);
        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || line[..colon].Trim() is not { Length: > 0 } name)
            {
                return null;
            }
            var value = line[(colon + 1)..].Trim();
            read[name] = value == Kept && stored.TryGetValue(name, out var known) ? known : value;
        }
        return read;
    }
}
