using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Agents.Tools.Mcp;
using Platform.Agents.Tools.Settings;
using Platform.Agents.Tools;
using Platform.Retrieval.Access;

namespace Platform.Agents.Tests.Tools.Mcp;

/// <summary>Our client against a public MCP server, over both transports.</summary>
public sealed class McpTests(EverythingServer everything) : IClassFixture<EverythingServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_tools_of_a_public_server_are_listed_and_called(bool byHttp)
    {
        await using var http = byHttp ? await everything.ListenAsync() : null;
        await using McpServers servers = Servers(http is null ? everything.Started() : new McpServerOptions { Name = "everything", Endpoint = http.Endpoint });
        var catalog = Catalog(servers);
        var tools = await catalog.ListAsync(Stop);
        var sum = tools.Single(tool => tool.Name == "everything__get_sum");
        Assert.Equal(("everything", ToolEffects.Network | ToolEffects.Reads), (sum.Origin, sum.Effects));
        Assert.Equal(ToolEffects.Network | ToolEffects.Reads | ToolEffects.Writes, tools.Single(tool => tool.Name == "everything__gzip_file_as_resource").Effects);

        var outcome = await CallAsync(catalog, "everything__get_sum", """{"a":25,"b":2}""");
        Assert.False(outcome.IsError, outcome.Text);
        Assert.Contains("27", outcome.Text, StringComparison.Ordinal);
        Assert.Contains("\"a\" must be of type number", (await CallAsync(catalog, "everything__get_sum", """{"a":"x","b":2}""")).Text, StringComparison.Ordinal);
        Assert.Contains("picture of the type image/png is left out", (await CallAsync(catalog, "everything__get_tiny_image", "{}")).Text, StringComparison.Ordinal);
        Assert.NotNull((await CallAsync(catalog, "everything__get_structured_content", """{"location":"Chicago"}""")).Data);
    }

    [Fact]
    public async Task A_tool_that_its_server_runs_as_a_task_only_is_called_as_one()
    {
        await using McpServers servers = Servers(everything.Started());
        var catalog = Catalog(servers);
        var outcome = await CallAsync(catalog, "everything__simulate_research_query", """{"topic":"leave","ambiguous":true}""");
        Assert.False(outcome.IsError, outcome.Text);
        Assert.Contains("Research Report: leave", outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Our_own_variables_are_not_the_servers_business()
    {
        Environment.SetEnvironmentVariable("PLATFORM_SECRET_FOR_TESTS", "hunter2");
        var options = everything.Started();
        options.Environment["GIVEN"] = "given-value";
        await using McpServers servers = Servers(options);
        var outcome = await CallAsync(Catalog(servers), "everything__get_env", "{}");
        Assert.Contains("given-value", outcome.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_call_is_a_timeout_and_a_cancelled_one_is_thrown_and_the_server_goes_on()
    {
        var options = everything.Started();
        options.Timeout = TimeSpan.FromMinutes(1); // its start counts, too
        await using McpServers servers = Servers(options);
        var catalog = Catalog(servers);
        var sum = (await catalog.ListAsync(Stop)).Single(tool => tool.Name == "everything__get_sum");
        using CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        cancel.CancelAfter(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => catalog.CallAsync("everything__trigger_long_running_operation", JsonElement.Parse("""{"duration":60,"steps":60}"""), Scope(), cancel.Token));
        Assert.False((await catalog.CallAsync(sum, JsonElement.Parse("""{"a":1,"b":2}"""), Scope(), Stop)).IsError);

        options.Timeout = TimeSpan.FromMilliseconds(300);
        Assert.Contains("took longer than", (await CallAsync(catalog, "everything__trigger_long_running_operation", """{"duration":60,"steps":60}""")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_process_ends_with_us_and_one_that_died_is_started_again()
    {
        var folder = Directory.CreateTempSubdirectory("mcp-");
        try
        {
            var file = Path.Combine(folder.FullName, "pid");
            var options = everything.Started();
            options.Arguments = ["-c", $"echo $$ > '{file}'; exec node '{everything.Script}' stdio"];
            options.Command = "sh";
            int second;
            await using (McpServers servers = Servers(options))
            {
                var catalog = Catalog(servers);
                var sum = await catalog.FindAsync("everything__get_sum", Stop);
                var first = int.Parse(await File.ReadAllTextAsync(file, Stop), null);
                using (var process = Process.GetProcessById(first))
                {
                    process.Kill();
                    await process.WaitForExitAsync(Stop);
                }
                // The tool that a run holds already: its next call, if not this one, connects anew.
                await AgentsRig.UntilAsync(async () => !(await catalog.CallAsync(sum!, JsonElement.Parse("""{"a":1,"b":2}"""), Scope(), Stop)).IsError);
                second = int.Parse(await File.ReadAllTextAsync(file, Stop), null);
                Assert.NotEqual(first, second);
            }
            await AgentsRig.UntilAsync(() => Task.FromResult(!Directory.Exists($"/proc/{second}")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_takes_no_other_tool_with_it()
    {
        await using McpServers servers = Servers(new McpServerOptions { Name = "gone", Command = "/nowhere/server" }, new McpServerOptions { Name = "dead", Endpoint = new Uri("http://127.0.0.1:9/mcp") }, everything.Started());
        var tools = await Catalog(servers).ListAsync(Stop);
        Assert.All(tools, tool => Assert.Equal("everything", tool.Origin));
        Assert.NotEmpty(tools);
    }

    [Theory]
    [InlineData("/refuses", "its key is missing, wrong, or not enough")]
    [InlineData("/absent", "answered with status 404")]
    [InlineData("/page", "not as an MCP server does")]
    public async Task A_server_that_was_reached_and_is_none_or_refuses_is_told_apart_from_one_that_was_not_reached(string path, string why)
    {
        await using var site = await LocalSite.StartAsync(app =>
        {
            app.MapPost("/refuses", () => Results.Unauthorized());
            app.MapPost("/page", () => Results.Content("<html></html>", "text/html"));
        });
        await using McpServer server = new(new McpServerOptions { Name = "other", Endpoint = new Uri($"http://127.0.0.1:{site.Port}{path}") }, TimeProvider.System, NullLoggerFactory.Instance);
        Assert.Empty(await server.ToolsAsync(Stop));
        Assert.Contains(why, server.Fault?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Why_a_server_was_not_reached_is_said_in_words_of_our_own()
    {
        foreach (var (options, kind, value) in ((McpServerOptions, McpFaultKind, string)[])
        [
            (new() { Name = "gone", Command = "/nowhere/server" }, McpFaultKind.NoProgram, "/nowhere/server"),
            (new() { Name = "ended", Command = "true" }, McpFaultKind.Ended, "true"),
            (new() { Name = "dead", Endpoint = new Uri("http://127.0.0.1:9/mcp?key=k") }, McpFaultKind.NoListener, "http://127.0.0.1:9/mcp"),
        ])
        {
            await using McpServer server = new(options, TimeProvider.System, NullLoggerFactory.Instance);
            Assert.Empty(await server.ToolsAsync(Stop));
            Assert.Equal(new McpFault(kind, value), server.Fault);
        }
        McpServerOptions there = new() { Name = "there", Endpoint = new Uri("https://example.org/mcp") };
        Assert.Equal(McpFaultKind.NoName, McpFault.Of(new HttpRequestException("x", new SocketException((int)SocketError.HostNotFound)), there).Kind);
        Assert.Equal(McpFaultKind.Certificate, McpFault.Of(new HttpRequestException("x", new System.Security.Authentication.AuthenticationException("y")), there).Kind);
        Assert.Equal(McpFaultKind.Broken, McpFault.Of(new HttpRequestException("x"), there).Kind);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_waited_for_by_nobody_who_needs_another()
    {
        using HangingServer hung = new();
        var options = everything.Started();
        options.Tools = ["echo"];
        await using McpServers servers = Servers(new McpServerOptions { Name = "hung", Endpoint = hung.Endpoint, Timeout = TimeSpan.FromMinutes(30) }, options);
        var catalog = Catalog(servers);
        var listing = catalog.ListAsync(Stop);
        await hung.Asked.WaitAsync(Stop);
        Assert.NotNull(await catalog.FindAsync("everything__echo", Stop).WaitAsync(TimeSpan.FromMinutes(1), Stop));
        Assert.Null(await catalog.FindAsync("question", Stop).WaitAsync(TimeSpan.FromMinutes(1), Stop));
        Assert.False(listing.IsCompleted);
    }

    [Theory]
    [InlineData("application/json", false)]
    [InlineData("text/event-stream", true)]
    public async Task A_message_over_http_is_bounded_and_a_stream_of_events_is_not(string type, bool isStream)
    {
        const int half = BoundedMessages.MaxBytes / 2;
        var events = string.Concat(Enumerable.Repeat($"data: {new string('x', half)}\r\n\r\n", 4));
        using HttpMessageInvoker client = new(new BoundedMessages(new GivenAnswer(() => new StringContent(events, System.Text.Encoding.UTF8, type))));
        using HttpRequestMessage request = new(HttpMethod.Post, "http://mcp.example.org/");
        var answer = await client.SendAsync(request, Stop);
        if (isStream)
            Assert.Equal(events.Length, (await answer.Content.ReadAsStringAsync(Stop)).Length);
        else
            await Assert.ThrowsAsync<HttpRequestException>(() => answer.Content.ReadAsStringAsync(Stop));

        using HttpMessageInvoker endless = new(new BoundedMessages(new GivenAnswer(() => new StringContent($"data: {new string('x', BoundedMessages.MaxBytes)}\n\n", System.Text.Encoding.UTF8, type))));
        using HttpRequestMessage again = new(HttpMethod.Post, "http://mcp.example.org/");
        var tooLarge = await endless.SendAsync(again, Stop);
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => tooLarge.Content.ReadAsStringAsync(Stop));
        Assert.Contains("more than 4194304 bytes", refused.GetBaseException().Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_of_a_program_that_has_no_end_ends_the_connection_and_not_us()
    {
        McpServerOptions flood = new() { Name = "flood", Command = "sh", Arguments = ["-c", "head -c 6000000 /dev/zero | tr '\\0' x; sleep 60"], Timeout = TimeSpan.FromSeconds(20) };
        await using McpServer server = new(flood, TimeProvider.System, NullLoggerFactory.Instance);
        Assert.Empty(await server.ToolsAsync(Stop));
        Assert.Equal(McpFaultKind.Ended, server.Fault?.Kind);
    }

    [Fact]
    public async Task Only_the_tools_that_were_named_are_offered()
    {
        var options = everything.Started();
        options.Tools = ["echo"];
        await using McpServers servers = Servers(options);
        Assert.Equal(["everything__echo"], (await servers.ListAsync(Stop)).Select(tool => tool.Name));
    }

    private sealed class GivenAnswer(Func<HttpContent> content) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(new HttpResponseMessage { Content = content() });
    }

    /// <summary>Accepts, reads and says nothing.</summary>
    private sealed class HangingServer : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);

        public HangingServer()
        {
            listener.Start();
            Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/mcp");
            Asked = listener.AcceptTcpClientAsync();
        }

        public Uri Endpoint { get; }

        public Task<TcpClient> Asked { get; }

        public void Dispose()
        {
            listener.Dispose();
            if (Asked.IsCompletedSuccessfully)
                Asked.GetAwaiter().GetResult().Dispose();
        }
    }

    private static McpServers Servers(params McpServerOptions[] servers) => 
        new(new ToolSettingsBook(new ToolsOptions { McpServers = [.. servers] }, null, TimeProvider.System, NullLoggerFactory.Instance), TimeProvider.System, NullLoggerFactory.Instance);

    private static ToolCatalog Catalog(McpServers servers) => new([], [servers], TimeProvider.System, NullLogger<ToolCatalog>.Instance);

    private static ToolScope Scope() => new(new Caller("ana", false), Guid.NewGuid(), []);

    private static Task<ToolOutcome> CallAsync(ToolCatalog catalog, string name, string arguments) => catalog.CallAsync(name, JsonElement.Parse(arguments), Scope(), Stop);
}
