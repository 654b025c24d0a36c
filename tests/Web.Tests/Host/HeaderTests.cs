using System.Net;
using System.Text.RegularExpressions;
using Platform.Web.Host;

namespace Platform.Web.Tests.Host;

public sealed partial class HeaderTests(HeaderTests.Started started) : IClassFixture<HeaderTests.Started>
{
    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/settings")]
    [InlineData("/no/such/page")]
    [InlineData("/app.css")]
    [InlineData("/v1/nothing")]
    [InlineData("/health/ready")]
    public async Task Every_answer_carries_the_security_headers(string path)
    {
        using var browser = started.Server.Open();
        using var answer = await browser.GetAsync(path);
        Assert.Equal(SecurityHeaders.ContentSecurityPolicy, Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Theory] // fault 36
    [InlineData("/sign-in")]
    [InlineData("/chat")]
    [InlineData("/knowledge")]
    [InlineData("/settings")]
    public async Task No_page_holds_an_inline_script_or_names_another_host(string path)
    {
        using var browser = await started.Server.SignInAsync();
        var html = await browser.ReadAsync(path);
        Assert.DoesNotMatch(InlineScript(), html);
        Assert.DoesNotMatch(ForeignAddress(), html);
    }

    [Fact]
    public void The_policy_allows_no_inline_script()
    {
        Assert.Contains("script-src 'self';", SecurityHeaders.ContentSecurityPolicy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", SecurityHeaders.ContentSecurityPolicy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", SecurityHeaders.ContentSecurityPolicy, StringComparison.Ordinal);
    }

    [Fact] // DNS rebinding: a page of another name that resolves to this machine
    public async Task A_loopback_server_answers_to_loopback_names_only()
    {
        using var browser = started.Server.Open();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sign-in");
        request.Headers.Host = "rebound.example";
        using var answer = await browser.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.BadRequest, "application/json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains("unknown_host", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
    }

    [Theory] // DNS rebinding in a container: it listens everywhere inside, and is published on the loopback
    [InlineData("", "localhost", HttpStatusCode.OK)]
    [InlineData("", "127.0.0.1", HttpStatusCode.OK)]
    [InlineData("", "rebound.example", HttpStatusCode.BadRequest)]
    [InlineData("docs.example.org", "docs.example.org", HttpStatusCode.OK)]
    [InlineData("docs.example.org", "127.0.0.1", HttpStatusCode.OK)] // the container's own health check
    [InlineData("docs.example.org", "rebound.example", HttpStatusCode.BadRequest)]
    public async Task A_server_in_a_container_answers_only_to_loopback_names_and_those_it_was_given(string given, string name, HttpStatusCode expected)
    {
        var compose = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docker-compose.yml"), TestContext.Current.CancellationToken);
        var hosts = AllowedHosts().Match(compose).Groups["hosts"].Value.Replace("${PLATFORM_HOSTS:-}", given, StringComparison.Ordinal);
        await using var server = await WebServer.StartAsync("--Urls=http://0.0.0.0:0", $"--AllowedHosts={hosts}");
        using var browser = new Browser(new Uri($"http://127.0.0.1:{server.Address.Port}"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
        request.Headers.Host = name;
        using var answer = await browser.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Static_files_are_compressed_and_kept()
    {
        using var browser = started.Server.Open();
        var page = await browser.ReadAsync("/sign-in");
        var path = StyleSheet().Match(page).Groups["path"].Value;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/" + path);
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        using var answer = await browser.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("gzip", Assert.Single(answer.Content.Headers.ContentEncoding));
    }

    [Fact]
    public async Task An_unknown_address_is_a_page_for_people_and_an_error_object_for_programs()
    {
        using var browser = await started.Server.SignInAsync();
        using var page = await browser.GetAsync("/no/such/page");
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        Assert.Contains("status-404", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var problem = await browser.GetAsync("/api/no/such/thing");
        Assert.Equal((HttpStatusCode.NotFound, "application/json"), (problem.StatusCode, problem.Content.Headers.ContentType?.MediaType));
    }

    [GeneratedRegex("<script(?![^>]*\\bsrc=)|\\son[a-z]+\\s*=\\s*\"|javascript:", RegexOptions.IgnoreCase)]
    private static partial Regex InlineScript();

    [GeneratedRegex("(?:src|href|action)=\"(?:https?:)?//", RegexOptions.IgnoreCase)]
    private static partial Regex ForeignAddress();

    [GeneratedRegex("href=\"(?<path>app[^\"]*\\.css)\"")]
    private static partial Regex StyleSheet();

    [GeneratedRegex("AllowedHosts: \"(?<hosts>[^\"]+)\"")]
    private static partial Regex AllowedHosts();

    public sealed class Started : IAsyncLifetime
    {
        public WebServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Server = await WebServer.StartAsync();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
