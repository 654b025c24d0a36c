using System.Text.Json;
using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Platform.Agents.Tools.Mcp;

/// <summary>One configured server, connected when it is first needed and again after it was lost. Its process ends with this object.</summary>
internal sealed partial class McpServer(McpServerOptions options, TimeProvider time, ILoggerFactory logs) : IAsyncDisposable
{
    private static readonly TimeSpan ListedFor = TimeSpan.FromMinutes(5), QuietAfterFailure = TimeSpan.FromSeconds(15);
    private const int MaxTools = 100, MaxPages = 20;

    private readonly ILogger log = logs.CreateLogger<McpServer>();
    private readonly SemaphoreSlim gate = new(1);
    private McpClient? client;
    private IReadOnlyList<AgentTool> tools = [];
    private DateTimeOffset listedUntil, quietUntil;

    public string Name => options.Name;

    public TimeSpan Timeout => options.Timeout;

    /// <summary>Why it could not be reached the last time; null where it could. Untrusted.</summary>
    public string? Fault { get; private set; }

    /// <summary>None while it cannot be reached; asked again at most every 15 seconds then.</summary>
    public async Task<IReadOnlyList<AgentTool>> ToolsAsync(CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            var now = time.GetUtcNow();
            if (client is { Completion.IsCompleted: true })
                await LoseAsync();
            if (client is not null && now < listedUntil || now < quietUntil)
                return tools;
            tools = await ListAsync(cancellation);
            listedUntil = now + ListedFor;
            return tools;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>The result, or a sentence that says why there is none. The caller's cancellation is passed to the server and thrown.</summary>
    public async Task<(CallToolResult? Result, string? Fault)> CallAsync(string tool, JsonElement arguments, CancellationToken cancellation)
    {
        if (client is not { } connected)
            return (null, $"The MCP server {Name} cannot be reached now.");
        try
        {
            var given = arguments.EnumerateObject().ToDictionary(property => property.Name, property => (object?)property.Value);
            return (await connected.CallToolAsync(tool, given, cancellationToken: cancellation), null);
        }
        catch (McpException refused)
        {
            return (null, $"The MCP server {Name} refused the call: {Short(refused.Message)}");
        }
        catch (Exception lost) when (lost is IOException or HttpRequestException or InvalidOperationException or JsonException)
        {
            LogLost(lost, Name);
            return (null, $"The connection to the MCP server {Name} was lost during the call.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (client is not null)
            await client.DisposeAsync();
        gate.Dispose();
    }

    private async Task<IReadOnlyList<AgentTool>> ListAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource timeUp = new(options.Timeout, time);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeUp.Token);
        try
        {
            client ??= await McpClient.CreateAsync(Transport(), new McpClientOptions { ClientInfo = new Implementation { Name = "platform", Version = "1" }, InitializationTimeout = options.Timeout }, logs, limited.Token);
            List<AgentTool> listed = [];
            ListToolsRequestParams page = new();
            for (var pages = 0; pages < MaxPages && listed.Count < MaxTools; pages++)
            {
                var result = await client.ListToolsAsync(page, limited.Token);
                listed.AddRange(result.Tools.Where(tool => options.Tools.Length == 0 || options.Tools.Contains(tool.Name)).Select(tool => McpTool.Of(this, tool)).OfType<McpTool>());
                if (result.NextCursor is not { } next)
                    break;
                page = new() { Cursor = next };
            }
            Fault = null;
            return [.. listed.Take(MaxTools)];
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            LogUnreachable(failure, Name, options.Command.Length > 0 ? options.Command : options.Endpoint!.GetLeftPart(UriPartial.Path));
            await LoseAsync();
            Fault = timeUp.IsCancellationRequested ? $"It did not answer within {options.Timeout.TotalSeconds:0} seconds." : Short(failure.GetBaseException().Message); // the cause, such as a program that is not there
            quietUntil = time.GetUtcNow() + QuietAfterFailure;
            return [];
        }
    }

    private static string Short(string message) => message.Length <= 300 ? message : message[..300] + "…";

    private async Task LoseAsync()
    {
        if (client is not null)
            await client.DisposeAsync();
        (client, tools) = (null, []);
    }

    private IClientTransport Transport()
    {
        if (options.Endpoint is { } endpoint)
        {
            // The address is the administrator's: no redirect and no proxy takes the headers elsewhere.
            HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(10) }) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
            return new HttpClientTransport(
                new HttpClientTransportOptions { Endpoint = endpoint, Name = Name, TransportMode = HttpTransportMode.StreamableHttp, AdditionalHeaders = new Dictionary<string, string>(options.Headers), ConnectionTimeout = options.Timeout },
                http, logs, ownsHttpClient: true);
        }
        // The program sees none of our variables but these: keys among ours are not its business.
        var environment = StdioClientTransportOptions.GetDefaultEnvironmentVariables();
        foreach (var (name, value) in options.Environment)
            environment[name] = value;
        return new StdioClientTransport(
            new StdioClientTransportOptions
            {
                Command = options.Command, Arguments = [.. options.Arguments], Name = Name, WorkingDirectory = options.WorkingDirectory, InheritEnvironmentVariables = false, EnvironmentVariables = environment,
                ShutdownTimeout = TimeSpan.FromSeconds(3), StandardErrorLines = line => LogSaid(Name, line.Length <= 500 ? line : line[..500]),
            },
            logs);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The MCP server {Server} ({Where}) cannot be reached; its tools are left out.")]
    private partial void LogUnreachable(Exception failure, string server, string where);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection to the MCP server {Server} was lost.")]
    private partial void LogLost(Exception failure, string server);

    [LoggerMessage(Level = LogLevel.Debug, Message = "MCP server {Server}: {Line}")]
    private partial void LogSaid(string server, string line);
}
