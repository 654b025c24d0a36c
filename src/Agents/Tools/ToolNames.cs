namespace Platform.Agents.Tools;

/// <summary>How tools are named, for all who must know it.</summary>
public static class ToolNames
{
    /// <summary>The tool that asks another agent.</summary>
    public const string AskAgent = "ask_agent";

    /// <summary>The tool that calculates.</summary>
    public const string Calculator = "calculator";

    /// <summary>The tool that knows the calendar.</summary>
    public const string DateTime = "date_time";

    /// <summary>The tool that asks tables.</summary>
    public const string QueryTable = "query_table";

    /// <summary>What the names of all tools of a server or an imported API begin with.</summary>
    public static string PrefixOf(string origin) => $"{origin}__";
}
