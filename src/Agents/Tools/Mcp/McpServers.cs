using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Platform.Agents.Tools.Mcp;

/// <summary>The tools of all MCP servers that an administrator has configured.</summary>
internal sealed class McpServers(IOptions<ToolsOptions> options, TimeProvider time, ILoggerFactory logs) : IToolSource, IAsyncDisposable
{
    private readonly IReadOnlyList<McpServer> servers = [.. options.Value.McpServers.Select(server => new McpServer(server, time, logs))];

    public async Task<IReadOnlyList<AgentTool>> ListAsync(CancellationToken cancellation) =>
        [.. (await Task.WhenAll(servers.Select(server => server.ToolsAsync(cancellation)))).SelectMany(tools => tools)];

    public async ValueTask DisposeAsync() => await Task.WhenAll(servers.Select(server => server.DisposeAsync().AsTask()));
}
