using Microsoft.Extensions.Logging.Abstractions;
using Platform.Agents.Tools;
using Platform.Agents.Tools.Mcp;
using Platform.Agents.Tools.OpenApi;
using Platform.Agents.Tools.Outbound;
using Platform.Agents.Tools.Settings;
using Platform.Retrieval.Access;

namespace Platform.Agents.Tests.Tools;

public sealed class ToolSettingsTests
{
    private const string Document = """{"openapi":"3.0.0","info":{"title":"Pets","version":"1"},"paths":{"/pets":{"get":{"operationId":"listPets","responses":{"200":{"description":"ok"}}}}}}""";

    private static readonly Caller Carl = new("carl", IsAdministrator: false);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static ApiOptions Pets => new() { Name = "pets", Endpoint = new Uri("https://pets.example.org"), Content = Document };

    [Fact]
    public async Task What_an_administrator_sets_counts_at_once_beside_the_configuration_and_survives()
    {
        await using var rig = await AgentsRig.StartAsync();
        var book = rig.ToolSettings;
        McpServerOptions server = new() { Name = "files", Command = "files-server", Arguments = ["--here"], Environment = { ["TOKEN"] = "s3cret" } };
        var saved = await book.SaveAsync(AgentsRig.Boris, new(["*.example.com", "example.org:8443"], [server], [Pets]), Cancellation);
        Assert.Equal(1, saved.Revision);

        await using var next = await rig.RestartAsync(new());
        var now = await next.ToolSettings.CurrentAsync(Cancellation);
        Assert.Equal(["configured.example.org", "*.example.com", "example.org:8443"], now.FetchHosts);
        Assert.Equal(("files-server", "--here", "s3cret"), (Assert.Single(now.McpServers).Command, now.McpServers[0].Arguments[0], now.McpServers[0].Environment["TOKEN"]));
        using OutboundHttp http = new(RefusedNetworks.All);
        using ImportedApis apis = new(next.ToolSettings, http, NullLogger<ImportedApis>.Instance);
        Assert.Equal(["pets__listpets"], (await apis.ListAsync(Cancellation)).Select(tool => tool.Name));

        await next.ToolSettings.SaveAsync(AgentsRig.Boris, saved with { Apis = [] }, Cancellation);
        Assert.Empty(await apis.ListAsync(Cancellation));
        var late = await Assert.ThrowsAsync<ToolSettingsException>(() => next.ToolSettings.SaveAsync(AgentsRig.Boris, saved, Cancellation));
        Assert.Equal(ToolSettingsFault.Changed, late.Fault);
    }

    [Fact]
    public async Task Nobody_but_administrators_sees_sets_or_tries_them()
    {
        await using var rig = await AgentsRig.StartAsync();
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => rig.ToolSettings.GetAsync(Carl, Cancellation));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => rig.ToolSettings.SaveAsync(Carl, ToolSettings.None, Cancellation));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => rig.ToolSettings.TryAsync(Carl, new McpServerOptions { Name = "files", Command = "touch" }, Cancellation));
        Assert.Throws<UnauthorizedAccessException>(() => ToolSettingsBook.Try(Carl, Pets));
    }

    [Fact]
    public async Task A_trial_of_a_program_that_is_not_there_says_so()
    {
        await using var rig = await AgentsRig.StartAsync();
        var trial = await rig.ToolSettings.TryAsync(AgentsRig.Boris, new() { Name = "files", Command = "/no/such" }, TestContext.Current.CancellationToken);
        Assert.Empty(trial.Tools);
        Assert.Contains("/no/such", trial.Fault?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://example.org", ToolSettingsFault.Host)]
    [InlineData("*", ToolSettingsFault.Host)]
    [InlineData("exa mple.org", ToolSettingsFault.Host)]
    [InlineData("example.org/path", ToolSettingsFault.Host)]
    [InlineData("*.com", ToolSettingsFault.Host)]
    [InlineData("*.com:8443", ToolSettingsFault.Host)]
    [InlineData("example..org", ToolSettingsFault.Host)]
    [InlineData("example.org:0", ToolSettingsFault.Host)]
    [InlineData("example.org:70000", ToolSettingsFault.Host)]
    [InlineData("127.0.0.1:18095", ToolSettingsFault.HostInside)]
    [InlineData("127.1", ToolSettingsFault.HostInside)]
    [InlineData("localhost:18095", ToolSettingsFault.HostInside)]
    [InlineData("*.app.localhost", ToolSettingsFault.HostInside)]
    [InlineData("192.168.1.20", ToolSettingsFault.HostInside)]
    [InlineData("169.254.169.254", ToolSettingsFault.HostInside)]
    public async Task A_host_that_is_none_or_is_never_reached_is_refused(string host, ToolSettingsFault fault) =>
        Assert.Equal(fault, await FaultAsync(new([host], [], [])));

    [Fact]
    public async Task What_an_earlier_program_took_keeps_nothing_else_from_being_set_and_is_told_by_name()
    {
        await using var rig = await AgentsRig.StartAsync();
        await using (var db = rig.OpenDatabase())
        {
            db.Settings.Add(new() { Name = "tools", Revision = 1, Value = """{"fetchHosts":["localhost:18095","http://old","example.org"],"mcpServers":[{"name":"Old","command":"x"}],"apis":[]}""" });
            await db.SaveChangesAsync(Cancellation);
        }
        var stored = await rig.ToolSettings.GetAsync(AgentsRig.Boris, Cancellation);
        var saved = await rig.ToolSettings.SaveAsync(AgentsRig.Boris, stored with { FetchHosts = [.. stored.FetchHosts, "example.com"], Apis = [Pets] }, Cancellation);
        Assert.Equal(["localhost:18095", "http://old", "example.org", "example.com"], saved.FetchHosts);
        Assert.Equal(("pets", "Old"), (saved.Apis[0].Name, saved.McpServers[0].Name));
        Assert.Equal([("localhost:18095", ToolSettingsFault.HostInside), ("http://old", ToolSettingsFault.Host)], ToolSettingsBook.StaleHosts(saved).Select(stale => (stale.Value, stale.Fault)));

        var fault = await Assert.ThrowsAsync<ToolSettingsException>(() => rig.ToolSettings.SaveAsync(AgentsRig.Boris, saved with { FetchHosts = [.. saved.FetchHosts, "127.0.0.1"] }, Cancellation));
        Assert.Equal(("127.0.0.1", ToolSettingsFault.HostInside), (fault.Value, fault.Fault));
        fault = await Assert.ThrowsAsync<ToolSettingsException>(() => rig.ToolSettings.SaveAsync(AgentsRig.Boris, saved with { McpServers = [new() { Name = "Old", Command = "y" }] }, Cancellation));
        Assert.Equal(ToolSettingsFault.Name, fault.Fault);
    }

    [Fact]
    public async Task Servers_and_apis_that_cannot_be_are_refused_each_with_what_is_wrong()
    {
        McpServerOptions Server(string name, string command = "", string? address = null) => new() { Name = name, Command = command, Endpoint = address is null ? null : new Uri(address, UriKind.RelativeOrAbsolute) };
        Assert.Equal(ToolSettingsFault.Name, await FaultAsync(new([], [Server("Files", "x")], [])));
        Assert.Equal(ToolSettingsFault.Transport, await FaultAsync(new([], [Server("files")], [])));
        Assert.Equal(ToolSettingsFault.Transport, await FaultAsync(new([], [Server("files", "x", "https://example.org")], [])));
        Assert.Equal(ToolSettingsFault.Address, await FaultAsync(new([], [Server("files", address: "file:///etc/passwd")], [])));
        Assert.Equal(ToolSettingsFault.NameTaken, await FaultAsync(new([], [Server("pets", "x")], [Pets])));
        Assert.Equal(ToolSettingsFault.Commands, await FaultAsync(new([], [Server("files", "x")], []), new ToolsOptions { CommandsInBrowser = false }));
        Assert.Equal(ToolSettingsFault.Document, await FaultAsync(new([], [], [new() { Name = "pets", Endpoint = Pets.Endpoint, Content = "no json" }])));
        Assert.Equal(ToolSettingsFault.Document, await FaultAsync(new([], [], [new() { Name = "pets", Endpoint = Pets.Endpoint, Content = """{"swagger":"2.0","paths":{"/pets":{"get":{}}}}""" }])));
        Assert.Equal(ToolSettingsFault.Operations, await FaultAsync(new([], [], [new() { Name = "pets", Endpoint = Pets.Endpoint, Content = """{"openapi":"3.0.0","paths":{}}""" }])));
    }

    [Fact]
    public async Task A_trial_lists_the_tools_or_says_why_there_are_none()
    {
        ToolSettingsBook book = new(new ToolsOptions(), null, TimeProvider.System, NullLoggerFactory.Instance);
        Assert.Equal(["pets__listpets"], ToolSettingsBook.Try(AgentsRig.Boris, Pets).Tools.Select(tool => tool.Name));
        var gone = await book.TryAsync(AgentsRig.Boris, new McpServerOptions { Name = "gone", Command = "/nowhere/server" }, Cancellation);
        Assert.Empty(gone.Tools);
        Assert.NotNull(gone.Fault);
    }

    private static async Task<ToolSettingsFault> FaultAsync(ToolSettings settings, ToolsOptions? configured = null)
    {
        ToolSettingsBook book = new(configured ?? new ToolsOptions(), null, TimeProvider.System, NullLoggerFactory.Instance);
        return (await Assert.ThrowsAsync<ToolSettingsException>(() => book.SaveAsync(AgentsRig.Boris, settings, Cancellation))).Fault;
    }
}
