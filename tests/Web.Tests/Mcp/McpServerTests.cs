using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Platform.Web.Features.Keys;
using Platform.Web.Tests.Api;
using static Platform.Web.Tests.Api.ScriptedEngine;

namespace Platform.Web.Tests.Mcp;

/// <summary>Our MCP server and the protocol's own client, over both transports.</summary>
public sealed class McpServerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Agents_are_tools_for_a_client_by_http_and_for_one_that_starts_us(bool byStdio)
    {
        await using var world = await ApiWorld.StartAsync(Call("calculator", new { expression = "6*7" }), Say("It is 42."));
        await using var client = await McpClient.CreateAsync(byStdio ? Started(world) : ByHttp(world, world.Key), cancellationToken: Cancellation);
        var tools = await client.ListToolsAsync(cancellationToken: Cancellation);
        Assert.Equal(["agent_clerk", "ask", "read_passage", "search_documents"], tools.Select(tool => tool.Name).Order());
        var agent = tools.Single(tool => tool.Name == "agent_clerk");
        Assert.Equal(("Counts.", "Clerk"), (agent.Description, agent.ProtocolTool.Title));

        List<string?> progress = [];
        await using var heard = client.RegisterNotificationHandler(NotificationMethods.ProgressNotification, (notice, _) =>
        {
            lock (progress) { progress.Add(notice.Params?["message"]?.GetValue<string>()); }
            return default;
        }); // for the session: a call's own listener is gone with its result, and what is read after it lost
        var result = await client.CallToolAsync("agent_clerk", new Dictionary<string, object?> { ["task"] = "6 times 7?" }, new Progress([]), cancellationToken: Cancellation);
        Assert.NotEqual(true, result.IsError);
        Assert.Equal("It is 42.", Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!Told()) { await Task.Delay(10, patience.Token); } // the client reads notices on a thread of their own, which may come after the result

        bool Told() { lock (progress) { return progress.Contains("Calls calculator"); } }

        var run = result.StructuredContent!.Value.GetProperty("run").GetProperty("id").GetString()!;
        Assert.Equal("completed", (await world.GetAsync($"/v1/runs/{run}")).Body.GetProperty("status").GetString());

        var wrong = await client.CallToolAsync("agent_clerk", new Dictionary<string, object?> { ["words"] = 3 }, cancellationToken: Cancellation);
        Assert.True(wrong.IsError);
        Assert.Contains("The arguments of agent_clerk are wrong", Assert.IsType<TextContentBlock>(wrong.Content[0]).Text, StringComparison.Ordinal);
        var absent = await Assert.ThrowsAsync<McpProtocolException>(async () => await client.CallToolAsync("agent_of_another", new Dictionary<string, object?> { ["task"] = "x" }, cancellationToken: Cancellation));
        Assert.Contains("There is no tool 'agent_of_another'", absent.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_lists_and_calls_what_its_scopes_open()
    {
        await using var world = await ApiWorld.StartAsync(Say("Fine."));
        var keys = world.Server.App.Services.GetRequiredService<ApiKeys>();
        var (_, knowledge) = await keys.CreateAsync(world.Owner, new("k", [KeyScopes.Knowledge]), Cancellation);
        await using (var client = await McpClient.CreateAsync(ByHttp(world, knowledge), cancellationToken: Cancellation))
        {
            Assert.Equal(["ask", "read_passage", "search_documents"], (await client.ListToolsAsync(cancellationToken: Cancellation)).Select(tool => tool.Name).Order());
            await Assert.ThrowsAnyAsync<Exception>(async () => await client.CallToolAsync("agent_clerk", new Dictionary<string, object?> { ["task"] = "x" }, cancellationToken: Cancellation));
            var read = await client.CallToolAsync("read_passage", new Dictionary<string, object?> { ["passage"] = $"{Guid.NewGuid():N}:0-10" }, cancellationToken: Cancellation);
            Assert.Equal((true, "That document is no longer there, or may not be read. Search again."), (read.IsError, Assert.IsType<TextContentBlock>(read.Content[0]).Text));
            var odd = await client.CallToolAsync("read_passage", new Dictionary<string, object?> { ["passage"] = "../../etc/passwd" }, cancellationToken: Cancellation);
            Assert.StartsWith("'../../etc/passwd' is no passage's id.", Assert.IsType<TextContentBlock>(odd.Content[0]).Text, StringComparison.Ordinal);
        }

        Assert.Empty(world.Engine.Asked);
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => McpClient.CreateAsync(ByHttp(world, "pk-wrong"), cancellationToken: Cancellation));
        Assert.Contains("401", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_message_and_what_wants_a_session_is_refused()
    {
        await using var world = await ApiWorld.StartAsync(Say("Fine."));
        using var broken = await world.Http.PostAsync(new Uri("/mcp", UriKind.Relative), new StringContent("{\"jsonrpc\":"), Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
        using var call = new HttpRequestMessage(HttpMethod.Post, new Uri("/mcp", UriKind.Relative))
        {
            Content = new StringContent("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"no_such"}}""", Encoding.UTF8, "application/json"),
        };
        call.Headers.Accept.ParseAdd("application/json, text/event-stream");
        using var absent = await world.Http.SendAsync(call, Cancellation);
        var answer = JsonElement.Parse(await absent.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal((200, "application/json", 7, -32602), ((int)absent.StatusCode, absent.Content.Headers.ContentType!.MediaType, answer.GetProperty("id").GetInt32(), answer.GetProperty("error").GetProperty("code").GetInt32())); // answered before the library, which logs what it refuses as a failure
        Assert.Equal("There is no tool 'no_such' for this key.", answer.GetProperty("error").GetProperty("message").GetString());
        using var listening = await world.Http.GetAsync(new Uri("/mcp", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, listening.StatusCode);
        using var noted = await world.Http.PostAsync(new Uri("/mcp", UriKind.Relative), new StringContent("""{"jsonrpc":"2.0","method":"notifications/initialized"}""", null, "application/json"), Cancellation);
        Assert.Equal((HttpStatusCode.Accepted, 0), (noted.StatusCode, (await noted.Content.ReadAsByteArrayAsync(Cancellation)).Length));
    }

    private static HttpClientTransport ByHttp(ApiWorld world, string key) => new(new HttpClientTransportOptions
    {
        Endpoint = new Uri(world.Server.Address, "/mcp"), TransportMode = HttpTransportMode.StreamableHttp, AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = $"Bearer {key}" },
    });

    private static StdioClientTransport Started(ApiWorld world) => new(new StdioClientTransportOptions
    {
        Command = Repository.Program("Web"), Arguments = ["mcp", "--url", world.Server.Address.ToString()], EnvironmentVariables = new Dictionary<string, string?> { ["PLATFORM_API_KEY"] = world.Key },
    });

    private sealed class Progress(List<string?> told) : IProgress<ModelContextProtocol.ProgressNotificationValue>
    {
        public void Report(ModelContextProtocol.ProgressNotificationValue value)
        {
            lock (told)
            {
                told.Add(value.Message);
            }
        }
    }
}
