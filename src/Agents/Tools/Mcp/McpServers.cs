using Microsoft.Extensions.Logging;
using Platform.Agents.Tools.Settings;

namespace Platform.Agents.Tools.Mcp;

/// <summary>The tools of all MCP servers that are set now. A server whose setting did not change stays connected; one that was taken out is left.</summary>
internal sealed class McpServers(ToolSettingsBook settings, TimeProvider time, ILoggerFactory logs) : IToolSource, IAsyncDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private IReadOnlyDictionary<McpServerOptions, McpServer> servers = new Dictionary<McpServerOptions, McpServer>();

    public async Task<IReadOnlyList<AgentTool>> ListAsync(CancellationToken cancellation)
    {
        var now = await ServersAsync((await settings.CurrentAsync(cancellation)).McpServers, cancellation);
        return [.. (await Task.WhenAll(now.Select(server => server.ToolsAsync(cancellation)))).SelectMany(tools => tools)];
    }

    /// <summary>Asks the one server whose name it begins with.</summary>
    public async Task<AgentTool?> FindAsync(string name, CancellationToken cancellation)
    {
        var now = await ServersAsync((await settings.CurrentAsync(cancellation)).McpServers, cancellation);
        return now.FirstOrDefault(server => McpTool.IsOf(server, name)) is { } server ? await server.FindAsync(name, cancellation) : null;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(servers.Values.Select(server => server.DisposeAsync().AsTask()));
        gate.Dispose();
    }

    // The same settings are the same objects until something is stored anew.
    private async Task<IReadOnlyList<McpServer>> ServersAsync(IReadOnlyList<McpServerOptions> wanted, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            if (wanted.Count != servers.Count || wanted.Any(options => !servers.ContainsKey(options)))
            {
                var kept = servers.ToDictionary(old => McpServerOptions.Json(old.Key), old => old.Value);
                servers = wanted.ToDictionary(options => options, options => kept.Remove(McpServerOptions.Json(options), out var same) ? same : new McpServer(options, time, logs));
                foreach (var gone in kept.Values)
                    await gone.DisposeAsync();
            }
            return [.. servers.Values];
        }
        finally
        {
            gate.Release();
        }
    }
}
