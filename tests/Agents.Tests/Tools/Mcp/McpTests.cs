using System.Diagnostics;
using System.Text.Json;
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
        options.Timeout = TimeSpan.FromSeconds(20);
        await using McpServers servers = Servers(options);
        var catalog = Catalog(servers);
        var sum = (await catalog.ListAsync(Stop)).Single(tool => tool.Name == "everything__get_sum");
        using CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        cancel.CancelAfter(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => catalog.CallAsync("everything__trigger_long_running_operation", JsonElement.Parse("""{"duration":60,"steps":60}"""), Scope(), cancel.Token));
        Assert.False((await catalog.CallAsync(sum, JsonElement.Parse("""{"a":1,"b":2}"""), Scope(), Stop)).IsError);

        options.Timeout = TimeSpan.FromMilliseconds(300);
        Assert.True((await CallAsync(catalog, "everything__trigger_long_running_operation", """{"duration":60,"steps":60}""")).IsTimeout);
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
                Assert.True((await catalog.CallAsync(sum!, JsonElement.Parse("""{"a":1,"b":2}"""), Scope(), Stop)).IsError);
                await AgentsRig.UntilAsync(async () => !(await CallAsync(catalog, "everything__get_sum", """{"a":1,"b":2}""")).IsError);
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

    [Fact]
    public async Task Only_the_tools_that_were_named_are_offered()
    {
        var options = everything.Started();
        options.Tools = ["echo"];
        await using McpServers servers = Servers(options);
        Assert.Equal(["everything__echo"], (await servers.ListAsync(Stop)).Select(tool => tool.Name));
    }

    private static McpServers Servers(params McpServerOptions[] servers) => 
        new(new ToolSettingsBook(new ToolsOptions { McpServers = [.. servers] }, null, TimeProvider.System, NullLoggerFactory.Instance), TimeProvider.System, NullLoggerFactory.Instance);

    private static ToolCatalog Catalog(McpServers servers) => new([], [servers], TimeProvider.System, NullLogger<ToolCatalog>.Instance);

    private static ToolScope Scope() => new(new Caller("ana", false), Guid.NewGuid(), []);

    private static Task<ToolOutcome> CallAsync(ToolCatalog catalog, string name, string arguments) => catalog.CallAsync(name, JsonElement.Parse(arguments), Scope(), Stop);
}
