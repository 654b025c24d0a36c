using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Platform.Agents.Tools.Mcp;

namespace Platform.Agents.Tests.Tools.Mcp;

/// <summary>The public server of the protocol's authors, restored by its lock file beside the tests, once.</summary>
public sealed class EverythingServer : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Tools", "Mcp", "everything");

    public string Script { get; } = Path.Combine(Folder, "node_modules", "@modelcontextprotocol", "server-everything", "dist", "index.js");

    public async ValueTask InitializeAsync()
    {
        if (File.Exists(Script))
            return;
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"]) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        using CancellationTokenSource deadline = new(Deadline);
        try
        {
            var (said, complained) = (npm.StandardOutput.ReadToEndAsync(deadline.Token), npm.StandardError.ReadToEndAsync(deadline.Token));
            await npm.WaitForExitAsync(deadline.Token);
            Assert.True(npm.ExitCode == 0, $"npm ended with {npm.ExitCode}: {await complained} {await said}");
        }
        finally
        {
            if (!npm.HasExited)
                npm.Kill(entireProcessTree: true);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The server as a child process of the client.</summary>
    internal McpServerOptions Started() => new() { Name = "everything", Command = "node", Arguments = [Script, "stdio"] };

    /// <summary>The server by HTTP on a free port.</summary>
    internal async Task<Listening> ListenAsync()
    {
        int port;
        using (TcpListener free = new(IPAddress.Loopback, 0))
        {
            free.Start();
            port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        ProcessStartInfo start = new("node", [Script, "streamableHttp"]) { RedirectStandardError = true };
        start.Environment["PORT"] = $"{port}";
        Listening server = new(Process.Start(start)!, new Uri($"http://127.0.0.1:{port}/mcp"));
        using CancellationTokenSource deadline = new(Deadline);
        while (await server.Process.StandardError.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.Contains("listening on port", StringComparison.Ordinal))
                return server;
        }
        throw new InvalidOperationException("The server ended before it listened.");
    }

    internal sealed record Listening(Process Process, Uri Endpoint) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Process.Kill(entireProcessTree: true);
            await Process.WaitForExitAsync(CancellationToken.None);
            Process.Dispose();
        }
    }
}
