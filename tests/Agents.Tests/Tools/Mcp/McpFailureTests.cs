using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Runs.Tracing;
using Platform.Agents.Tests.Acting;
using Platform.Agents.Tools;
using Platform.Agents.Tools.Mcp;
using Platform.Agents.Tools.Settings;
using Platform.Retrieval.Access;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Tools.Mcp;

/// <summary>The ways in which a call of an MCP server's tool fails are told apart, on a real server over standard input and output.</summary>
public sealed class McpFailureTests : IDisposable
{
    private readonly ProbeServer probe = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => probe.Dispose();

    [Theory]
    [InlineData("fail", ToolFailure.ToolFault, "The ledger is closed.")]
    [InlineData("refuse", ToolFailure.ProtocolFault, "No such ledger.")]
    [InlineData("babble", ToolFailure.ProtocolFault, "no result of a tool")]
    [InlineData("die", ToolFailure.NotReached, "was lost during the call. Whether anything was changed is not known.")]
    [InlineData("flood", ToolFailure.AnswerTooLarge, "larger than 4,194,304 bytes, and was not read. Whether anything was changed is not known.")]
    [InlineData("wait", ToolFailure.TimedOut, "took longer than")]
    public async Task Each_kind_of_failure_has_its_name(string tool, ToolFailure failure, string says)
    {
        var options = probe.Started;
        await using McpServers servers = Servers(options);
        ToolCatalog catalog = new([], [servers], TimeProvider.System, NullLogger<ToolCatalog>.Instance);
        var found = await catalog.FindAsync($"probe__{tool}", Stop);
        if (tool == "wait")
            options.Timeout = TimeSpan.FromMilliseconds(300);
        var outcome = await catalog.CallAsync(found!, JsonElement.Parse("{}"), Scope(), Stop);
        Assert.True(outcome.IsError);
        Assert.Equal(failure, outcome.Failure);
        Assert.Contains(says, outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_whose_program_is_gone_by_the_time_of_a_call_is_told_as_one_that_does_not_start()
    {
        var options = probe.Started;
        await using McpServers servers = Servers(options);
        ToolCatalog catalog = new([], [servers], TimeProvider.System, NullLogger<ToolCatalog>.Instance);
        var die = await catalog.FindAsync("probe__die", Stop);
        (options.Command, options.Arguments) = ("/nowhere/server", []);
        await catalog.CallAsync(die!, JsonElement.Parse("{}"), Scope(), Stop);
        ToolOutcome outcome = ToolOutcome.Waiting;
        await AgentsRig.UntilAsync(async () => (outcome = await catalog.CallAsync(die!, JsonElement.Parse("{}"), Scope(), Stop)).Failure != ToolFailure.NotReached); // the end of its process is noticed by and by
        Assert.Equal(ToolFailure.ServerNotStarted, outcome.Failure);
        Assert.Contains("There is no program '/nowhere/server'", outcome.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("research", "endless")] // whoever called it leaves
    [InlineData("stumble", "refused")] // its server does not say how far it is
    public async Task A_task_that_nobody_looks_at_any_more_is_cancelled_at_its_server(string tool, string task)
    {
        await using McpServers servers = Servers(probe.Started);
        ToolCatalog catalog = new([], [servers], TimeProvider.System, NullLogger<ToolCatalog>.Instance);
        var found = await catalog.FindAsync($"probe__{tool}", Stop);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var calling = catalog.CallAsync(found!, JsonElement.Parse("{}"), Scope(), leaving.Token);
        if (tool == "research")
        {
            await AgentsRig.UntilAsync(() => Task.FromResult(Asked("tasks/get")));
            Assert.False(Asked("tasks/cancel"));
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calling);
        }
        else
        {
            Assert.True((await calling).IsError);
        }
        await AgentsRig.UntilAsync(() => Task.FromResult(Asked("tasks/cancel")));

        bool Asked(string method) => probe.Sent.Any(sent => sent.GetProperty("method").GetString() == method && sent.GetProperty("params").GetProperty("taskId").GetString() == task);
    }

    [Fact]
    public async Task Stopping_a_run_cancels_its_call_at_the_server()
    {
        await using McpServers servers = Servers(probe.Started);
        var wait = (await servers.FindAsync("probe__wait", Stop))!;
        await using var rig = await AgentsRig.StartAsync(Deciding(Call("probe__wait")), tools: [wait, new RecordingTool("look"), new RecordingTool("send")]);
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Tools = [ToolSetting.Of(wait, ToolPolicy.Always)] });
        await AgentsRig.UntilAsync(() => Task.FromResult(Called() is not null));
        await rig.Runs.CancelAsync(AgentsRig.Anna, run.Id, Stop);
        await AgentsRig.UntilAsync(() => Task.FromResult(probe.Sent.Any(message => Method(message) == "notifications/cancelled" && JsonElement.DeepEquals(message.GetProperty("params").GetProperty("requestId"), Called()!.Value))));
        var events = await rig.EventsAsync(run);
        Assert.Equal("cancelled", events[^2].Read<RunStatusData>().Status);
        Assert.DoesNotContain(events, e => e.Name == "tool.result");
        Assert.Equal(TraceState.Cut, RunTrace.Of(events).Rows.Single(row => row.Kind == TraceKind.Tool).State); // neither failed nor refused

        JsonElement? Called() => probe.Sent.Where(message => Method(message) == "tools/call").Select(message => (JsonElement?)message.GetProperty("id")).FirstOrDefault();
    }

    private static string? Method(JsonElement message) => message.TryGetProperty("method", out var method) ? method.GetString() : null;

    private static McpServers Servers(McpServerOptions server) =>
        new(new ToolSettingsBook(new ToolsOptions { McpServers = [server] }, null, TimeProvider.System, NullLoggerFactory.Instance), TimeProvider.System, NullLoggerFactory.Instance);

    private static ToolScope Scope() => new(new Caller("ana", false), Guid.NewGuid(), []);
}
