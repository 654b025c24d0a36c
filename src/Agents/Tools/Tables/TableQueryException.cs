namespace Platform.Agents.Tools.Tables;

/// <summary>A query that went over a limit; the message names it.</summary>
internal sealed class TableQueryException(string message) : Exception(message);
