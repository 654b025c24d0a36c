using Microsoft.Extensions.Localization;
using Platform.Agents.Tools;

namespace Platform.Web.Features.Agents.Editing;

/// <summary>Tools that belong together: our own by what they are for, then those of each server and of each imported API.</summary>
/// <param name="Origin">The name of the server or API; empty for our own.</param>
public sealed record ToolList(ToolGroup Group, string Origin, IReadOnlyList<AgentTool> Tools)
{
    /// <summary>So many of a server stand open before anybody asked for them.</summary>
    private const int Few = 5;

    /// <summary>Told apart by it among the lists of one installation.</summary>
    public string Key => $"{Group}-{Origin}";

    /// <summary>Whether all of them are written by strangers.</summary>
    public bool IsForeign => Origin.Length > 0;

    /// <summary>Those whose name, description or origin holds every word that is looked for; lists without one are left out.</summary>
    public static IReadOnlyList<ToolList> Of(IEnumerable<AgentTool> tools, string wanted, IStringLocalizer<AgentsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var words = wanted.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return
        [
            .. tools.Where(tool => words.All(word => $"{tool.Name}\n{ToolWords.Name(tool, texts)}\n{ToolWords.About(tool, texts)}\n{tool.Origin}".Contains(word, StringComparison.CurrentCultureIgnoreCase)))
                .GroupBy(tool => (tool.Group, tool.Origin)).OrderBy(list => list.Key.Group).ThenBy(list => list.Key.Origin, StringComparer.Ordinal)
                .Select(list => new ToolList(list.Key.Group, list.Key.Origin, [.. list.OrderBy(tool => ToolWords.Name(tool, texts), StringComparer.CurrentCultureIgnoreCase)])),
        ];
    }

    /// <summary>Whether it stands open before anybody opened or folded it: our own, a short one, and one of which something is used.</summary>
    public bool IsOpenAtFirst(Func<string, bool> isUsed) => !IsForeign || Tools.Count <= Few || Tools.Any(tool => isUsed(tool.Name));
}
