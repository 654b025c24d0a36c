using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Platform.Agents.Answering;

namespace Platform.Agents.Tools.Mcp;

/// <summary>One configured server, connected when it is first needed and again after it was lost. Its process ends with this object.</summary>
/// <remarks>One look at it is under way at a time, and belongs to nobody: who waits for it may leave. What it listed the last time counts meanwhile.</remarks>
internal sealed partial class McpServer(McpServerOptions options, TimeProvider time, ILoggerFactory logs) : IAsyncDisposable
{
    private static readonly TimeSpan ListedFor = TimeSpan.FromMinutes(5), QuietAfterFailure = TimeSpan.FromSeconds(15), Farewell = TimeSpan.FromSeconds(2);
    private const int MaxTools = 100, MaxPages = 20, MaxFault = 300, MaxName = 100;

    private readonly ILogger log = logs.CreateLogger<McpServer>();
    private readonly CancellationTokenSource gone = new();
    private readonly Lock gate = new();
    private Task looking = Task.CompletedTask;
    private volatile McpClient? client;
    private volatile McpClient? dead; // its session is unknown to the server
    private volatile IReadOnlyList<AgentTool>? tools;
    private volatile LeftOutTools leftOut = new();
    private volatile bool isBroken; // its program's connection, for a line that is too long
    private DateTimeOffset listedUntil, quietUntil;

    public string Name => options.Name;

    public TimeSpan Timeout => options.Timeout;

    private string Where => options.Command.Length > 0 ? options.Command : options.Endpoint!.GetLeftPart(UriPartial.Path);

    /// <summary>Why it could not be reached the last time; null where it could.</summary>
    public McpFault? Fault { get; private set; }

    /// <summary>What it listed the last time and no agent can be given.</summary>
    public LeftOutTools LeftOut => leftOut;

    /// <summary>What it offered the last time, without waiting for a look that is under way; only the first is waited for. None while it cannot be reached; asked again at most every 15 seconds then.</summary>
    public async Task<IReadOnlyList<AgentTool>> ToolsAsync(CancellationToken cancellation)
    {
        var look = Look();
        if (tools is null)
            await look.WaitAsync(cancellation);
        return tools ?? [];
    }

    /// <summary>One of its tools; a look that is under way is waited for only where the last one did not find it.</summary>
    public async Task<AgentTool?> FindAsync(string name, CancellationToken cancellation)
    {
        var look = Look();
        if (Known() is { } known)
            return known;
        await look.WaitAsync(cancellation);
        return Known();

        AgentTool? Known() => tools?.FirstOrDefault(tool => tool.Name == name);
    }

    /// <summary>The result, or what keeps it from being one, in a sentence and by kind. The caller's cancellation is passed to the server and thrown.</summary>
    public async Task<McpOutcome> CallAsync(string tool, JsonElement arguments, bool asTask, CancellationToken cancellation)
    {
        if (client is null or { Completion.IsCompleted: true })
            await Look().WaitAsync(cancellation);
        if (client is not { } connected)
            return NotConnected();
        if (await MakeAsync(connected, tool, arguments, asTask, cancellation) is { } made)
            return made;
        await Look().WaitAsync(cancellation); // it was refused before anything was done: in another session it is made once more
        return client is { } again && again != connected && await MakeAsync(again, tool, arguments, asTask, cancellation) is { } second ? second : NotConnected();
    }

    private McpOutcome NotConnected() => Fault is { Kind: McpFaultKind.NoProgram or McpFaultKind.NotStarted or McpFaultKind.Ended } fault ? McpOutcome.Not(ToolFailure.ServerNotStarted, texts => texts.ServerNotRunning(Name, fault.Message), unsent: true)
        : McpOutcome.Not(ToolFailure.NotReached, texts => texts.ServerNotReached(Name), unsent: true);

    /// <summary>It went out and no answer came: nobody knows what it did.</summary>
    private McpOutcome Lost(SentCall sent) => sent.IsTooLarge || isBroken ? McpOutcome.Not(ToolFailure.AnswerTooLarge, texts => texts.ServerSaidTooMuch(Name, BoundedMessages.MaxBytes)) : McpOutcome.Not(ToolFailure.NotReached, texts => texts.ServerLost(Name));

    /// <summary>Null where the server does not know the session any more, as after it was started again.</summary>
    private async Task<McpOutcome?> MakeAsync(McpClient connected, string tool, JsonElement arguments, bool asTask, CancellationToken cancellation)
    {
        var sent = SentCall.Begin();
        try
        {
            if (asTask)
                return new(await new McpTask(connected, time).RunAsync(tool, arguments, Timeout, cancellation));
            var given = arguments.EnumerateObject().ToDictionary(property => property.Name, property => (object?)property.Value);
            return new(await connected.CallToolAsync(tool, given, cancellationToken: cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested && sent.Id is not null)
        {
            await LeaveAsync(connected, sent.Id.Value);
            throw;
        }
        catch (Exception lost) when (options.Endpoint is not null && IsSessionLost(lost))
        {
            LogLost(lost, Name);
            dead = connected;
            return asTask ? Lost(sent) : null; // a task may have been begun
        }
        catch (McpException broken) when (broken.Message.Contains("completed without a reply", StringComparison.Ordinal))
        {
            LogLost(broken, Name);
            return Lost(sent);
        }
        catch (McpException refused)
        {
            return McpOutcome.Not(ToolFailure.ProtocolFault, texts => texts.ServerRefused(Name, ShortText.Of(refused.Message, MaxFault)));
        }
        catch (JsonException wrong)
        {
            LogLost(wrong, Name);
            return McpOutcome.Not(ToolFailure.ProtocolFault, texts => texts.ServerNoResult(Name));
        }
        catch (Exception lost) when (lost is IOException or HttpRequestException or InvalidOperationException)
        {
            LogLost(lost, Name);
            return McpFault.Of(lost, options) is { Kind: McpFaultKind.KeyRefused or McpFaultKind.Status } refused ? McpOutcome.Not(ToolFailure.ErrorStatus, texts => texts.ServerNotTaken(Name, refused.Message))
                : lost is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError } ? McpOutcome.Not(ToolFailure.NotReached, texts => texts.ServerNotReached(Name), unsent: true)
                : Lost(sent);
        }
    }

    /// <summary>404 by the protocol; of some servers 400, with words of it. Any other error that speaks of a session, as a tool's own of a shop's, is none: its call may have been made and must not be made again.</summary>
    private static bool IsSessionLost(Exception failure) => failure switch
    {
        HttpRequestException http => http.StatusCode == HttpStatusCode.NotFound || (http.StatusCode == HttpStatusCode.BadRequest && RefusedSession().IsMatch(http.Message)),
        McpException refused => RefusedSession().IsMatch(refused.Message),
        _ => false,
    };

    /// <summary>Tells the server that nobody waits for a call any more. One by HTTP sees its request end.</summary>
    private async Task LeaveAsync(McpClient connected, RequestId call)
    {
        using CancellationTokenSource limit = new(Farewell, time);
        await connected.SendNotificationAsync(NotificationMethods.CancelledNotification, new CancelledNotificationParams { RequestId = call }, cancellationToken: limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await gone.CancelAsync();
        Task last;
        lock (gate)
            last = looking;
        await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (client is not null)
            await client.DisposeAsync();
        gone.Dispose();
    }

    /// <summary>The look that is under way; another one is begun where what is known is old, and the server was not just away.</summary>
    private Task Look()
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            var isLost = client is null or { Completion.IsCompleted: true } || client == dead;
            if (gone.IsCancellationRequested || !looking.IsCompleted || (isLost ? now < quietUntil : now < listedUntil))
                return looking;
            return looking = Task.Run(LookAsync);
        }
    }

    // Whatever comes of it is kept: it throws nothing.
    private async Task LookAsync()
    {
        using CancellationTokenSource timeUp = new(options.Timeout, time);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(gone.Token, timeUp.Token);
        try
        {
            if (client is { } old && (old.Completion.IsCompleted || old == dead))
                await LoseAsync();
            tools = await ListedAsync(limited.Token);
            (Fault, listedUntil) = (null, time.GetUtcNow() + ListedFor);
        }
        catch (Exception failure)
        {
            await LoseAsync();
            if (gone.IsCancellationRequested)
                return;
            LogUnreachable(failure, Name, Where);
            Fault = timeUp.IsCancellationRequested ? McpFault.OutOfTime(options.Timeout) : McpFault.Of(failure, options);
            (tools, leftOut, quietUntil) = ([], new(), time.GetUtcNow() + QuietAfterFailure);
        }
    }

    /// <summary>A server over HTTP that was started again since does not know the session: it is asked in a new one.</summary>
    private async Task<IReadOnlyList<AgentTool>> ListedAsync(CancellationToken cancellation)
    {
        if (client is { } known)
        {
            try
            {
                return await ListAsync(known, cancellation);
            }
            catch (Exception lost) when (options.Endpoint is not null && IsSessionLost(lost))
            {
                await LoseAsync();
            }
        }
        return await ListAsync(client = await McpClient.CreateAsync(Transport(), new McpClientOptions { ClientInfo = new Implementation { Name = "platform", Version = "1" }, InitializationTimeout = options.Timeout }, logs, cancellation), cancellation);
    }

    private async Task<IReadOnlyList<AgentTool>> ListAsync(McpClient connected, CancellationToken cancellation)
    {
        Dictionary<string, AgentTool> listed = [];
        LeftOutTools without = new();
        JsonNode? next = null;
        for (var pages = 0; pages < MaxPages && (pages == 0 || next is not null); pages++)
        {
            // As it is written: the library's own form of a tool does not tell which are called as tasks only.
            var page = (await connected.SendRequestAsync(new JsonRpcRequest { Method = RequestMethods.ToolsList, Params = next is null ? null : new JsonObject { ["cursor"] = next.DeepClone() } }, cancellation)).Result;
            foreach (var written in page?["tools"] as JsonArray ?? [])
            {
                if (written.Deserialize<Tool>(McpJsonUtilities.DefaultOptions) is { } tool && (options.Tools.Length == 0 || options.Tools.Contains(tool.Name)) && Refused(connected, tool, McpTask.IsRequired(written), listed) is { } because)
                    without.Add(ShortText.Of(UntrustedText.Visible(tool.Name), MaxName), because);
            }
            next = page?["nextCursor"];
        }
        leftOut = without;
        return [.. listed.Values];
    }

    /// <summary>Adds a tool; why it cannot be one, or null.</summary>
    private LeftOutBecause? Refused(McpClient connected, Tool tool, bool isTask, Dictionary<string, AgentTool> listed)
    {
        if (listed.Count >= MaxTools)
            return LeftOutBecause.TooMany;
        if (!IsKnown(connected, tool))
            return LeftOutBecause.Parameter;
        var (made, because) = McpTool.Of(this, tool, isTask);
        return made is null ? because : listed.TryAdd(made.Name, made) ? null : LeftOutBecause.Taken;
    }

    // The client puts arguments into headers where a tool asks for that; one that asks for what cannot be is left out.
    private static bool IsKnown(McpClient connected, Tool tool)
    {
        try
        {
            connected.AddKnownTools([tool]);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private async Task LoseAsync()
    {
        if (client is not { } lost)
            return;
        client = null;
        await lost.DisposeAsync();
    }

    private IClientTransport Transport()
    {
        if (options.Endpoint is not { } endpoint)
        {
            isBroken = false;
            return new McpProgram(options, piece => LogSaid(Name, piece), () => isBroken = true, logs);
        }
        // The address is the administrator's: no redirect and no proxy takes the headers elsewhere.
        BoundedMessages http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(10) });
        return new HttpClientTransport(
            new HttpClientTransportOptions { Endpoint = endpoint, Name = Name, TransportMode = HttpTransportMode.StreamableHttp, AdditionalHeaders = new Dictionary<string, string>(options.Headers), ConnectionTimeout = options.Timeout },
            new HttpClient(http) { Timeout = System.Threading.Timeout.InfiniteTimeSpan }, logs, ownsHttpClient: true);
    }

    [GeneratedRegex(@"^(?:Request failed \(remote\): |Response status code does not indicate success: 400 .{0,40}Response body: )?(?:Bad Request: )?(?:(?:No valid|Unknown|Invalid|Expired|Missing) session(?: ID)?(?: provided)?|Session(?: ID)? (?:not found|unknown|expired|invalid|terminated))\.?\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex RefusedSession();

    [LoggerMessage(Level = LogLevel.Warning, Message = "The MCP server {Server} ({Where}) cannot be reached; its tools are left out.")]
    private partial void LogUnreachable(Exception failure, string server, string where);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection to the MCP server {Server} was lost.")]
    private partial void LogLost(Exception failure, string server);

    [LoggerMessage(Level = LogLevel.Debug, Message = "MCP server {Server}: {Line}")]
    private partial void LogSaid(string server, string line);
}
