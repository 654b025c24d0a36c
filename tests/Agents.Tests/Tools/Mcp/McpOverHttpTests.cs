using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Agents.Runs;
using Platform.Agents.Tests.Acting;
using Platform.Agents.Tools;
using Platform.Agents.Tools.Mcp;
using Platform.Fakes;
using Platform.Retrieval.Access;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Tools.Mcp;

/// <summary>A server of our own over HTTP: what it sees of a call that is stopped, and what becomes of calls after it was started again.</summary>
public sealed class McpOverHttpTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<JsonNode> sent = [];
    private readonly TaskCompletionSource calling = new(TaskCreationOptions.RunContinuationsAsynchronously), left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LocalSite site = null!;
    private volatile string session = "";
    private int unknownStatus = 404, offered = 2;
    private bool unknownAsJson;
    private IResult? troubled;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private McpServerOptions Options => new() { Name = "probe", Endpoint = new Uri($"http://127.0.0.1:{site.Port}/mcp") };

    public async ValueTask InitializeAsync() => site = await LocalSite.StartAsync(app =>
    {
        app.MapGet("/mcp", () => Results.StatusCode(405));
        app.MapDelete("/mcp", () => Results.Ok());
        app.MapPost("/mcp", (Delegate)AnswerAsync);
    });

    public async ValueTask DisposeAsync() => await site.DisposeAsync();

    [Fact]
    public async Task Stopping_a_run_ends_the_request_of_its_call_over_the_wire()
    {
        await using McpServer server = new(Options, TimeProvider.System, NullLoggerFactory.Instance);
        var wait = (await server.FindAsync("probe__wait", Stop))!;
        await using var rig = await AgentsRig.StartAsync(Deciding(Call("probe__wait")), tools: [wait, new RecordingTool("look"), new RecordingTool("send")]);
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Tools = [Platform.Agents.Definitions.ToolSetting.Of(wait, Platform.Agents.Definitions.ToolPolicy.Always)] });
        await calling.Task.WaitAsync(TimeSpan.FromSeconds(60), Stop);
        Assert.False(left.Task.IsCompleted);
        await rig.Runs.CancelAsync(AgentsRig.Anna, run.Id, Stop);
        await left.Task.WaitAsync(TimeSpan.FromSeconds(60), Stop);
        Assert.Equal(RunStatus.Cancelled, (await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Stop)).Status);
    }

    [Theory]
    [InlineData(404, false)]
    [InlineData(400, true)] // as servers of npm answer
    [InlineData(400, false)]
    public async Task A_call_that_meets_a_server_that_was_started_again_is_made_in_a_new_session(int status, bool asJson)
    {
        (unknownStatus, unknownAsJson) = (status, asJson);
        await using McpServer server = new(Options, TimeProvider.System, NullLoggerFactory.Instance);
        var echo = (await server.FindAsync("probe__echo", Stop))!;
        ToolScope scope = new(new Caller("ana", false), Guid.NewGuid(), []);
        Assert.Equal("Yes.", (await echo.RunAsync(JsonElement.Parse("{}"), scope, Stop)).Text);
        session = "";
        var outcome = await echo.RunAsync(JsonElement.Parse("{}"), scope, Stop);
        Assert.Equal(("Yes.", false), (outcome.Text, outcome.IsError));
        Assert.Equal(2, sent.Count(message => $"{message["method"]}" == "initialize"));
    }

    [Fact]
    public async Task A_server_that_was_started_again_is_listed_in_a_new_session()
    {
        ManualClock clock = new();
        await using McpServer server = new(Options, clock, NullLoggerFactory.Instance);
        Assert.Equal(2, (await server.ToolsAsync(Stop)).Count);
        (session, offered) = ("", 3);
        clock.Advance(TimeSpan.FromMinutes(6));
        Assert.NotNull(await server.FindAsync("probe__tool2", Stop)); // it waits for the look that is under way
        Assert.Null(server.Fault);
    }

    /// <summary>It may have written something.</summary>
    [Fact]
    public async Task A_call_whose_tool_speaks_of_a_session_of_its_own_is_not_made_again()
    {
        offered = 3;
        await using McpServer server = new(Options, TimeProvider.System, NullLoggerFactory.Instance);
        var outcome = await (await server.FindAsync("probe__tool2", Stop))!.RunAsync(JsonElement.Parse("{}"), new(new Caller("ana", false), Guid.NewGuid(), []), Stop);
        Assert.True(outcome.IsError);
        Assert.Contains("The checkout session expired", outcome.Text, StringComparison.Ordinal);
        Assert.Single(sent, message => $"{message["method"]}" == "tools/call");
    }

    [Theory]
    [InlineData(3, ToolFailure.NotReached, "was lost during the call. Whether anything was changed is not known.")]
    [InlineData(4, ToolFailure.NotReached, "was lost during the call. Whether anything was changed is not known.")]
    [InlineData(5, ToolFailure.AnswerTooLarge, "larger than 4,194,304 bytes, and was not read. Whether anything was changed is not known.")]
    [InlineData(6, ToolFailure.AnswerTooLarge, "larger than 4,194,304 bytes, and was not read. Whether anything was changed is not known.")]
    public async Task A_connection_that_breaks_in_a_call_and_an_answer_that_is_too_large_are_told_apart(int tool, ToolFailure failure, string says)
    {
        offered = 7;
        await using McpServer server = new(Options, TimeProvider.System, NullLoggerFactory.Instance);
        var outcome = await (await server.FindAsync($"probe__tool{tool}", Stop))!.RunAsync(JsonElement.Parse("{}"), new(new Caller("ana", false), Guid.NewGuid(), []), Stop);
        Assert.Equal(failure, outcome.Failure);
        Assert.EndsWith(says, outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_reaches_nobody_changed_nothing()
    {
        await using McpServer server = new(Options, TimeProvider.System, NullLoggerFactory.Instance);
        var echo = (await server.FindAsync("probe__echo", Stop))!;
        await site.DisposeAsync();
        var outcome = await echo.RunAsync(JsonElement.Parse("{}"), new(new Caller("ana", false), Guid.NewGuid(), []), Stop);
        Assert.Equal((ToolFailure.NotReached, "The MCP server probe cannot be reached now."), (outcome.Failure, outcome.Text));
    }

    /// <summary>The same of what stands between, which may have passed the call on.</summary>
    [Theory]
    [InlineData(500, "Internal Server Error: the checkout session expired")]
    [InlineData(502, "Upstream: payment session invalid")]
    [InlineData(502, "Session not found")]
    [InlineData(400, "The checkout session expired")]
    public async Task A_status_with_words_of_a_session_is_no_reason_to_make_a_call_again(int status, string words)
    {
        offered = 3;
        troubled = Results.Text(words, statusCode: status);
        await using McpServer server = new(Options, TimeProvider.System, NullLoggerFactory.Instance);
        var outcome = await (await server.FindAsync("probe__tool2", Stop))!.RunAsync(JsonElement.Parse("{}"), new(new Caller("ana", false), Guid.NewGuid(), []), Stop);
        Assert.True(outcome.IsError);
        Assert.Single(sent, message => $"{message["method"]}" == "tools/call");
    }

    [Fact]
    public async Task Of_what_a_stranger_offers_and_nobody_can_be_given_the_first_are_named_and_all_are_counted()
    {
        offered = 450;
        await using McpServer server = new(Options, TimeProvider.System, NullLoggerFactory.Instance);
        Assert.Equal(100, (await server.ToolsAsync(Stop)).Count);
        Assert.Equal((100, 350), (server.LeftOut.Named.Count, server.LeftOut.Count));
    }

    private async Task<IResult> AnswerAsync(HttpContext http)
    {
        var message = (await JsonNode.ParseAsync(http.Request.Body, cancellationToken: Stop))!;
        sent.Enqueue(message);
        var method = $"{message["method"]}";
        if (method == "initialize")
        {
            http.Response.Headers["Mcp-Session-Id"] = session = Guid.NewGuid().ToString("N");
            return Result(message, new { protocolVersion = $"{message["params"]!["protocolVersion"]}", capabilities = new { tools = new { } }, serverInfo = new { name = "probe", version = "1" } });
        }
        if (http.Request.Headers["Mcp-Session-Id"] != session)
        {
            return !unknownAsJson ? Results.Text("Invalid session ID", statusCode: unknownStatus) : Results.Json(new { jsonrpc = "2.0", error = new { code = -32000, message = "Bad Request: No valid session ID provided" }, id = (int?)null }, statusCode: unknownStatus);
        }
        switch (method, $"{message["params"]?["name"]}")
        {
            case ("tools/list", _):
                return Result(message, new { tools = Enumerable.Range(0, offered).Select(i => i switch { 0 => "echo", 1 => "wait", _ => $"tool{i}" }).Select(name => new { name, inputSchema = new { type = "object" } }) });
            case ("tools/call", "wait"):
                calling.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                left.TrySetResult();
                return Results.Empty;
            case ("tools/call", "tool2"):
                return troubled ?? Results.Json(new { jsonrpc = "2.0", id = message["id"], error = new { code = -32000, message = "The checkout session expired." } });
            case ("tools/call", "tool3"): // in the middle of an answer
                http.Response.ContentLength = 1000;
                await http.Response.WriteAsync("{", Stop);
                http.Abort();
                return Results.Empty;
            case ("tools/call", "tool4"): // before one, in a stream of events
                http.Response.ContentType = "text/event-stream";
                await http.Response.Body.FlushAsync(Stop);
                http.Abort();
                return Results.Empty;
            case ("tools/call", "tool5"):
                return Result(message, new { content = new[] { new { type = "text", text = new string('x', 5_000_000) } } });
            case ("tools/call", "tool6"):
                return Results.Text($"data: {new string('x', 5_000_000)}\n\n", "text/event-stream");
            case ("tools/call", _):
                return Result(message, new { content = new[] { new { type = "text", text = "Yes." } } });
            default:
                return message["id"] is null ? Results.Accepted() : Result(message, new { });
        }
    }

    private static IResult Result(JsonNode message, object result) => Results.Json(new { jsonrpc = "2.0", id = message["id"], result });
}
