namespace Platform.Agents.Tools;

/// <summary>How tools are named, for all who must know it.</summary>
public static class ToolNames
{
    /// <summary>The tool that asks another agent.</summary>
    public const string AskAgent = "ask_agent";

    /// <summary>What the names of all tools of a server or an imported API begin with.</summary>
    public static string PrefixOf(string origin) => $"{origin}__";
}
