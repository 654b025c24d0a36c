using Platform.Agents.Tools.Mcp;
using Platform.Agents.Tools.OpenApi;

namespace Platform.Agents.Tools.Settings;

/// <summary>What agents may reach, as administrators set it on the pages; beside what the configuration sets.</summary>
/// <param name="FetchHosts">Hosts whose pages fetch_page may read.</param>
/// <param name="Revision">Raised with each change; 0 while nothing was set.</param>
public sealed record ToolSettings(IReadOnlyList<string> FetchHosts, IReadOnlyList<McpServerOptions> McpServers, IReadOnlyList<ApiOptions> Apis, int Revision = 0)
{
    public static ToolSettings None { get; } = new([], [], []);
}

/// <summary>What is wrong with settings. Address: it is not http or https, or there is none. Transport: there is neither a command nor an address, or both. Commands: the configuration does not let them be set on the pages. Operations: the document holds none. DocumentAway: it could not be fetched; DocumentInside: its address is on this machine or its network.</summary>
public enum ToolSettingsFault { Host, Name, NameTaken, Transport, Address, Commands, Document, Operations, TooMany, Timeout, Changed, DocumentAway, DocumentInside, HostInside }

/// <summary>Settings that cannot be taken.</summary>
/// <param name="value">What is wrong: a host, a name, an address.</param>
public sealed class ToolSettingsException(ToolSettingsFault fault, string value, string message) : ArgumentException(message)
{
    public ToolSettingsFault Fault { get; } = fault;

    public string Value { get; } = value;
}

/// <summary>What a server or an API offers when it is tried.</summary>
/// <param name="LeftOut">What it offers besides and no agent can be given.</param>
/// <param name="Fault">Why nothing could be learned; null where it could.</param>
public sealed record ToolTrial(IReadOnlyList<AgentTool> Tools, LeftOutTools LeftOut, McpFault? Fault = null);
