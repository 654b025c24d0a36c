using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Platform.Fakes;

namespace Platform.EndToEnd.Tests;

/// <summary>The containers as far as they can be held without a container engine: every path they name exists, and what they publish starts with their own command and environment.</summary>
public sealed partial class ContainerTests
{
    private const string Key = "a-key-of-this-test-only";
    private static readonly string[] Images = ["docker/web.Dockerfile", "docker/modelhost.Dockerfile", "docker/train.Dockerfile"];

    [Fact]
    public void Compose_names_only_files_that_exist_and_publishes_only_to_this_machine()
    {
        var compose = Read("docker-compose.yml");
        Assert.All(Matches(compose, @"dockerfile:\s*([\w./-]+)"), file => Assert.True(File.Exists(PathOf(file)), file));
        Assert.All(Matches(compose, @"volumes:.*""(\./[^:""]+):"), folder => Assert.True(Directory.Exists(PathOf(folder)), folder));
        Assert.All(Matches(compose, @"ports:\s*\[""([^""]+)"""), port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
        Assert.Equal("localhost;127.0.0.1;${PLATFORM_HOSTS:-}", Matches(compose, @"AllowedHosts: ""([^""]+)""").Single()); // the first two are what the health check asks by
        var targets = Matches(compose, @"target:\s*(\w+)");
        Assert.All(targets, target => Assert.Contains($" AS {target}\n", Read("docker/modelhost.Dockerfile"), StringComparison.Ordinal));
        Assert.All(Matches(compose, @"\$\{(\w+):\?"), secret => Assert.Contains($"{secret}=", Read(".env.example"), StringComparison.Ordinal));
    }

    [Fact]
    public void Every_image_runs_as_somebody_and_says_whether_it_is_well()
    {
        foreach (var image in Images)
        {
            foreach (var stage in FinalStages(Read(image)))
            {
                Assert.Contains("\nUSER app\n", stage, StringComparison.Ordinal);
                Assert.Contains("\nHEALTHCHECK ", stage, StringComparison.Ordinal);
                Assert.All(Matches(stage, @"\nCOPY (?!--from)(\S+) "), source => Assert.True(Path.Exists(PathOf(source)), source));
            }
            Assert.All(Matches(Read(image), @"dotnet publish (\S+)"), project => Assert.True(File.Exists(PathOf(project)), project));
        }
    }

    [Fact]
    public async Task What_the_images_publish_starts_with_their_command_and_environment()
    {
        var folder = Directory.CreateTempSubdirectory("e2e-publish-").FullName;
        var (hostPort, webPort) = (RunningPlatform.FreePort(), RunningPlatform.FreePort());
        await PublishAsync("src/ModelHost/Server/ModelHost.Server.csproj", Path.Combine(folder, "modelhost"));
        await PublishAsync("src/Training/Worker/Training.Worker.csproj", Path.Combine(folder, "modelhost"));
        await PublishAsync("src/Web/Web.csproj", Path.Combine(folder, "web"));
        var hostImage = FinalStages(Read("docker/modelhost.Dockerfile")).First(stage => stage.Contains(" AS cpu", StringComparison.Ordinal));
        using var host = Start(hostImage, Path.Combine(folder, "modelhost"), hostPort, ("Server__ApiKey", Key), ("Training__Directory", Path.Combine(folder, "training")), ("Engine__AdapterDirectory", Path.Combine(folder, "adapters")));
        var web = FinalStages(Read("docker/web.Dockerfile")).Single();
        using var pages = Start(web, Path.Combine(folder, "web"), webPort, ("Data__Directory", Path.Combine(folder, "data")),
            ("ModelHost__Endpoint", $"http://127.0.0.1:{hostPort}"), ("ModelHost__ApiKey", Key), ("ConnectionStrings__Platform", ""));
        try
        {
            using (var trainer = Process.Start(new ProcessStartInfo(Path.Combine(folder, "modelhost", "Platform.Training")) { RedirectStandardError = true })!)
            {
                await trainer.WaitForExitAsync(TestContext.Current.CancellationToken);
                Assert.Equal(2, trainer.ExitCode); // it starts, and says how it is used
            }
            using var http = new HttpClient();
            Assert.Equal("/health", HealthPath(hostImage));
            await AnswersAsync(http, $"http://127.0.0.1:{hostPort}{HealthPath(hostImage)}");
            await AnswersAsync(http, $"http://127.0.0.1:{webPort}{HealthPath(web)}");
            await AnswersAsync(http, $"http://127.0.0.1:{webPort}/health/ready");
            var setup = await http.GetStringAsync($"http://127.0.0.1:{webPort}/setup", TestContext.Current.CancellationToken);
            foreach (var asset in Matches(setup, """(?:src|href)="(/?[\w./-]+\.(?:js|css)[^"]*)"""))
            {
                using var answer = await http.GetAsync(new Uri(new Uri($"http://127.0.0.1:{webPort}/"), asset), TestContext.Current.CancellationToken);
                Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{asset}: {answer.StatusCode}");
            }
        }
        finally
        {
            pages.Kill(entireProcessTree: true);
            host.Kill(entireProcessTree: true);
            await pages.WaitForExitAsync(TestContext.Current.CancellationToken);
            await TestFolders.DeleteAsync(folder);
        }
    }

    // The stage's own ENV and ENTRYPOINT; the container's addresses and folders become this machine's.
    private static Process Start(string stage, string folder, int port, params (string Key, string Value)[] settings)
    {
        var entry = Matches(stage, @"ENTRYPOINT \[(.*)\]").Single().Split(',').Select(word => word.Trim(' ', '"')).ToArray();
        var start = new ProcessStartInfo(Path.Combine(folder, entry[0]), entry[1..]) { WorkingDirectory = folder };
        foreach (var pair in Matches(stage, @"\nENV (.*)").SelectMany(line => line.Split(' ')))
        {
            var (key, value) = (pair[..pair.IndexOf('=', StringComparison.Ordinal)], pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            start.Environment[key] = AnyAddress().Replace(value, $"http://127.0.0.1:{port}").Replace("/models/", PathOf("models") + "/", StringComparison.Ordinal);
        }
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }
        return Process.Start(start)!;
    }

    private static async Task AnswersAsync(HttpClient http, string address)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromMinutes(1));
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(address, deadline.Token);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (!deadline.IsCancellationRequested)
            {
                // not listening yet
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100), deadline.Token);
        }
    }

    private static async Task PublishAsync(string project, string target)
    {
        var configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        using var publish = Process.Start(new ProcessStartInfo("dotnet", ["publish", PathOf(project), "-c", configuration, "--no-build", "-o", target, "-v", "quiet", "-nodeReuse:false"]) { RedirectStandardOutput = true })!;
        var said = await publish.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await publish.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(publish.ExitCode == 0, said);
    }

    private static string HealthPath(string stage) => Matches(stage, @"HEALTHCHECK .*http://127\.0\.0\.1:\d+(/[\w/]+)").Single();

    // The stages that run, not those that build.
    private static string[] FinalStages(string image) => [.. image.Split("\nFROM ").Where(stage => stage.Contains("\nENTRYPOINT ", StringComparison.Ordinal))];

    private static string[] Matches(string text, string pattern) => [.. Regex.Matches(text, pattern).Select(m => m.Groups[1].Value)];

    private static string PathOf(string relative) => Path.GetFullPath(Path.Combine(Repository.Root, relative));

    private static string Read(string relative) => File.ReadAllText(PathOf(relative));

    [GeneratedRegex(@"http://0\.0\.0\.0:\d+")]
    private static partial Regex AnyAddress();
}
