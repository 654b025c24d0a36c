using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Platform.ModelHost.Client;
using Platform.Web.Supervision;

namespace Platform.Web.Tests.Supervision;

/// <summary>With the real model host as the child.</summary>
public sealed class ModelHostProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact] // fault 13, the parent's half
    public async Task A_killed_model_host_is_started_again_at_the_same_address()
    {
        await using var server = await WebServer.StartAsync("--ModelHost:Supervise=true");
        using var deadline = Deadline();
        var status = server.App.Services.GetRequiredService<ModelHostStatus>();
        var host = server.App.Services.GetRequiredService<ModelHostProcess>();
        var models = server.App.Services.GetRequiredService<ServedModels>();
        await status.WaitForAsync(state => state.Phase == ModelHostPhase.Ready, deadline.Token);
        Assert.NotEmpty(await models.ListAsync(deadline.Token));

        var first = host.ProcessId!.Value;
        var down = status.WaitForAsync(state => state.Phase == ModelHostPhase.Down, deadline.Token);
        using (var process = Process.GetProcessById(first))
        {
            process.Kill();
        }

        var state = await down;
        Assert.Contains("137", state.Reason, StringComparison.Ordinal);
        Assert.NotNull(state.RestartAt);
        await status.WaitForAsync(now => now.Phase == ModelHostPhase.Ready, deadline.Token);
        Assert.NotEqual(first, host.ProcessId);
        using var browser = server.Open();
        using var ready = await browser.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.NotEmpty(await models.ListAsync(deadline.Token)); // the client was told nothing
    }

    [Fact]
    public async Task A_model_that_cannot_be_used_is_the_reason_and_is_not_tried_again()
    {
        var notAModel = Path.GetTempFileName();
        await using var server = await WebServer.StartAsync("--ModelHost:Supervise=true", $"--Models:Chat={notAModel}");
        using var deadline = Deadline();
        var host = server.App.Services.GetRequiredService<ModelHostProcess>();
        var state = await server.App.Services.GetRequiredService<ModelHostStatus>().WaitForAsync(now => now.Phase == ModelHostPhase.Down, deadline.Token);
        Assert.Contains(Path.GetFileName(notAModel), state.Reason, StringComparison.Ordinal);
        Assert.True(state is { Final: true, RestartAt: null });
        await host.ExecuteTask!.WaitAsync(deadline.Token); // nobody is left to start it
        Assert.Null(host.ProcessId);
        using var browser = server.Open();
        using var live = await browser.GetAsync("/health/live");
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        File.Delete(notAModel);
    }

    [Fact]
    public async Task Another_program_on_its_port_is_the_reason_until_that_program_has_ended()
    {
        var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var server = await WebServer.StartAsync("--ModelHost:Supervise=true", $"--ModelHost:Port={port}");
        using var deadline = Deadline();
        var status = server.App.Services.GetRequiredService<ModelHostStatus>();
        var state = await status.WaitForAsync(now => now.Phase == ModelHostPhase.Down, deadline.Token);
        Assert.StartsWith($"Another program has port {port} ", state.Reason, StringComparison.Ordinal);
        Assert.True(state is { Final: false, RestartAt: not null });
        taken.Dispose();
        await status.WaitForAsync(now => now.Phase == ModelHostPhase.Ready, deadline.Token);
    }

    [Fact]
    public void Its_port_is_none_that_the_system_gives_to_connections_while_it_is_down()
    {
        var givenFrom = int.Parse(File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split('\t', ' ')[0], CultureInfo.InvariantCulture);
        var settings = new ConfigurationBuilder().Build();
        var ports = Enumerable.Range(0, 20).Select(_ => ModelHostLaunch.Of(settings)!.Endpoint.Port).ToList();
        Assert.All(ports, port => Assert.InRange(port, 1024, givenFrom - 1));
        Assert.True(ports.Distinct().Count() > 10, "two programs would choose the same port");
    }

    [Fact]
    public async Task A_missing_program_is_a_reason_for_administrators_and_the_pages_live_on()
    {
        await using var server = await WebServer.StartAsync("--ModelHost:Supervise=true", "--ModelHost:Program=/nowhere/model-host");
        using var deadline = Deadline();
        await server.App.Services.GetRequiredService<ModelHostStatus>().WaitForAsync(now => now.Phase == ModelHostPhase.Down, deadline.Token);
        using var browser = server.Open();
        using var ready = await browser.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.DoesNotContain("/nowhere/model-host", await ready.Content.ReadAsStringAsync(deadline.Token), StringComparison.Ordinal);
        using var administrator = await server.SignInAsync();
        Assert.Contains("/nowhere/model-host", await administrator.ReadAsync("/health/ready"), StringComparison.Ordinal);
        Assert.NotNull(ready.Headers.RetryAfter);
        using var live = await browser.GetAsync("/health/live");
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    [Fact]
    public async Task The_token_is_in_the_childs_environment_and_not_on_its_command_line()
    {
        await using var server = await WebServer.StartAsync("--ModelHost:Supervise=true");
        using var deadline = Deadline();
        await server.App.Services.GetRequiredService<ModelHostStatus>().WaitForAsync(now => now.Phase == ModelHostPhase.Ready, deadline.Token);
        var launch = server.App.Services.GetRequiredService<ModelHostLaunch>();
        var child = server.App.Services.GetRequiredService<ModelHostProcess>().ProcessId;
        Assert.DoesNotContain(launch.ApiKey, await File.ReadAllTextAsync($"/proc/{child}/cmdline", deadline.Token), StringComparison.Ordinal);
        Assert.DoesNotContain(WebServer.AdminPassword, await File.ReadAllTextAsync($"/proc/{child}/environ", deadline.Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_ends_the_model_host()
    {
        int child;
        await using (var server = await WebServer.StartAsync("--ModelHost:Supervise=true"))
        {
            using var deadline = Deadline();
            await server.App.Services.GetRequiredService<ModelHostStatus>().WaitForAsync(now => now.Phase == ModelHostPhase.Ready, deadline.Token);
            child = server.App.Services.GetRequiredService<ModelHostProcess>().ProcessId!.Value;
            await server.App.StopAsync(deadline.Token);
        }

        Assert.False(Directory.Exists($"/proc/{child}"));
    }

    [Fact]
    public async Task A_killed_web_leaves_no_model_host_behind()
    {
        using var deadline = Deadline();
        using var data = new TemporaryData();
        var start = new ProcessStartInfo(Repository.Program("Web"), ["--Urls=http://127.0.0.1:0", $"--Data:Directory={data.Path}", "--ModelHost:Supervise=true"]) { RedirectStandardOutput = true };
        using var web = Process.Start(start)!;
        int? child = null;
        while (child is null && await web.StandardOutput.ReadLineAsync(deadline.Token) is not null)
        {
            child = ChildOf(web.Id);
        }

        web.Kill(); // SIGKILL, and of Web alone
        await web.WaitForExitAsync(deadline.Token);
        Assert.NotNull(child);
        while (Directory.Exists($"/proc/{child}"))
        {
            await Task.Delay(50, deadline.Token);
        }
    }

    private static int? ChildOf(int parent) =>
        File.ReadAllText($"/proc/{parent}/task/{parent}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var first, ..] ? int.Parse(first, CultureInfo.InvariantCulture)
        : Directory.EnumerateDirectories($"/proc/{parent}/task").SelectMany(task => File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(id => (int?)int.Parse(id, CultureInfo.InvariantCulture)).FirstOrDefault();

    private static CancellationTokenSource Deadline()
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Patience);
        return deadline;
    }

    private sealed class TemporaryData : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("web-tests-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
