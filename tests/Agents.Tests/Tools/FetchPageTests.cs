using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Agents.Tools;
using Platform.Agents.Tools.Fetching;
using Platform.Agents.Tools.Outbound;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Retrieval.Reading;

namespace Platform.Agents.Tests.Tools;

public sealed class FetchPageTests : IAsyncLifetime
{
    private LocalSite site = null!;

    public async ValueTask InitializeAsync() => site = await LocalSite.StartAsync();

    public async ValueTask DisposeAsync() => await site.DisposeAsync();

    [Fact]
    public async Task A_page_of_an_allowed_host_is_read_as_a_person_sees_it()
    {
        var outcome = await FetchAsync($"http://127.0.0.1:{site.Port}/page", [$"127.0.0.1:{site.Port}"]);
        Assert.False(outcome.IsError, outcome.Text);
        Assert.StartsWith($"Passage 1, page \"Leave\" at http://127.0.0.1:{site.Port}/page:\n> Leave\n", outcome.Text, StringComparison.Ordinal);
        Assert.Contains("> 27 days. (4)", outcome.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_allowed_does_not_leave_and_the_model_is_told_no_other_host()
    {
        var outcome = await FetchAsync($"http://127.0.0.1:{site.Port}/page", ["example.org"]);
        Assert.True(outcome.IsError);
        Assert.Equal(ToolFailure.HostNotAllowed, outcome.Failure);
        Assert.Equal($"\"127.0.0.1:{site.Port}\" is not among the hosts that may be asked.", outcome.Text);
        Assert.Equal(0, site.Requests);
    }

    /// <summary>Each is on the list of hosts, so that only the guard at connect time stands before it.</summary>
    [Theory]
    [InlineData("http://127.0.0.1:{0}/page")]
    [InlineData("http://127.1:{0}/page")]
    [InlineData("http://0x7f000001:{0}/page")]
    [InlineData("http://0x7f.0.0.1:{0}/page")]
    [InlineData("http://2130706433:{0}/page")]
    [InlineData("http://0177.0.0.1:{0}/page")]
    [InlineData("http://0.0.0.0:{0}/page")]
    [InlineData("http://[::1]:{0}/page")]
    [InlineData("http://[::]:{0}/page")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/page")]
    [InlineData("http://[::ffff:7f00:1]:{0}/page")]
    [InlineData("http://[::127.0.0.1]:{0}/page")]
    [InlineData("http://[64:ff9b::7f00:1]:{0}/page")]
    [InlineData("http://[2002:7f00:1::]:{0}/page")]
    [InlineData("http://localhost:{0}/page")]
    [InlineData("http://localhost.:{0}/page")]
    [InlineData("http://１２７.0.0.1:{0}/page")]
    [InlineData("http://169.254.169.254:{0}/latest/meta-data/")]
    [InlineData("http://[fd00:ec2::254]:{0}/")]
    [InlineData("http://[fe80::1%251]:{0}/")]
    [InlineData("http://10.0.0.1:{0}/")]
    [InlineData("http://172.31.255.255:{0}/")]
    [InlineData("http://192.168.1.1:{0}/")]
    [InlineData("http://100.100.100.200:{0}/")]
    [InlineData("http://inside.test:{0}/page")]
    [InlineData("http://half.test:{0}/page")]
    public async Task No_spelling_reaches_this_machine_or_its_network(string pattern)
    {
        var url = pattern.Replace("{0}", $"{site.Port}", StringComparison.Ordinal);
        Assert.True(Uri.TryCreate(url, UriKind.Absolute, out var address));
        var outcome = await FetchAsync(url, [$"{address.IdnHost.TrimEnd('.')}:{site.Port}"], allowSite: false);
        Assert.True(outcome.IsError);
        Assert.Contains("leads to an address of this machine or of its own network", outcome.Text, StringComparison.Ordinal);
        Assert.Equal(0, site.Requests);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://127.0.0.1:70/_x")]
    [InlineData("ftp://127.0.0.1/x")]
    [InlineData("data:text/html,hello")]
    [InlineData("http://user:word@127.0.0.1/")]
    [InlineData("no address")]
    public async Task Only_plain_http_addresses_are_fetched(string url)
    {
        Assert.True((await FetchAsync(url, ["127.0.0.1"])).IsError);
        Assert.Equal(0, site.Requests);
    }

    [Theory]
    [InlineData("file:///etc/passwd", "no http or https address")]
    [InlineData("gopher://x.test/", "no http or https address")]
    [InlineData("http://169.254.169.254/latest/", "is not among the hosts")]
    [InlineData("http://inside.test/", "address of this machine")]
    [InlineData("//evil.test/?q=secret", "is not among the hosts")]
    public async Task Each_redirect_is_judged_like_the_first_address(string target, string expected)
    {
        var outcome = await FetchAsync($"http://127.0.0.1:{site.Port}/to?address={Uri.EscapeDataString(target)}", [$"127.0.0.1:{site.Port}", "inside.test"]);
        Assert.True(outcome.IsError);
        Assert.Contains(expected, outcome.Text, StringComparison.Ordinal);
        Assert.Equal(1, site.Requests);
    }

    [Fact]
    public async Task A_redirect_to_an_allowed_page_is_followed_and_one_without_end_is_not()
    {
        Assert.False((await FetchAsync($"http://127.0.0.1:{site.Port}/to?address=/page", [$"127.0.0.1:{site.Port}"])).IsError);
        Assert.Contains("more than 5 times", (await FetchAsync($"http://127.0.0.1:{site.Port}/round", [$"127.0.0.1:{site.Port}"])).Text, StringComparison.Ordinal);
    }

    /// <summary>The name is public when it is first asked for and the metadata address afterwards.</summary>
    [Fact]
    public async Task A_name_that_changes_its_address_is_judged_at_each_connection()
    {
        var asked = 0;
        Task<IPAddress[]> Rebinding(string host, CancellationToken cancellation) =>
            Task.FromResult<IPAddress[]>([Interlocked.Increment(ref asked) == 1 ? IPAddress.Loopback : IPAddress.Parse("169.254.169.254")]);
        using OutboundHttp http = new(RefusedNetworks.All.Except(site.Endpoint), Rebinding);
        var url = $"http://rebind.test:{site.Port}/page";
        using HttpRequestMessage first = new(HttpMethod.Get, url);
        first.Headers.ConnectionClose = true;
        using (var answer = await http.SendAsync(first, TestContext.Current.CancellationToken))
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using HttpRequestMessage second = new(HttpMethod.Get, url);
        await Assert.ThrowsAsync<RefusedAddressException>(() => http.SendAsync(second, TestContext.Current.CancellationToken));
        Assert.Equal((2, 1), (asked, site.Requests));
    }

    [Theory]
    [InlineData("/endless", "larger than 65,536 bytes")]
    [InlineData("/bomb", "larger than 65,536 bytes")]
    [InlineData("/picture", "of the type \"image/png\"")]
    [InlineData("/disguised", "holds no text that can be read")]
    [InlineData("/nothing", "answered with status 404")]
    public async Task Size_and_type_have_limits(string path, string expected)
    {
        var outcome = await FetchAsync($"http://127.0.0.1:{site.Port}{path}", [$"127.0.0.1:{site.Port}"]);
        Assert.True(outcome.IsError);
        Assert.Contains(expected, outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up() =>
        Assert.Contains("took longer than", (await FetchAsync($"http://127.0.0.1:{site.Port}/silent", [$"127.0.0.1:{site.Port}"], timeout: TimeSpan.FromMilliseconds(300))).Text, StringComparison.Ordinal);

    [Theory]
    [InlineData("example.org", "https://example.org/x", true)]
    [InlineData("example.org", "https://EXAMPLE.org./x", true)]
    [InlineData("example.org", "https://www.example.org/", false)]
    [InlineData("example.org", "https://example.org:8443/", false)]
    [InlineData("example.org", "https://example.org.evil.test/", false)]
    [InlineData("*.example.org", "https://www.example.org/", true)]
    [InlineData("*.example.org", "https://example.org/", false)]
    [InlineData("*.example.org", "https://notexample.org/", false)]
    [InlineData("example.org:8443", "https://example.org:8443/", true)]
    public void Hosts_are_allowed_by_their_whole_name(string host, string url, bool expected) =>
        Assert.Equal(expected, new AllowedHosts([host]).Fault(new Uri(url)) is null);

    private async Task<ToolOutcome> FetchAsync(string url, string[] hosts, bool allowSite = true, TimeSpan? timeout = null)
    {
        static Task<IPAddress[]> Resolve(string host, CancellationToken cancellation) => host switch
        {
            "inside.test" => Task.FromResult<IPAddress[]>([IPAddress.Loopback]),
            "half.test" => Task.FromResult<IPAddress[]>([IPAddress.Parse("93.184.216.34"), IPAddress.Loopback]),
            _ => Dns.GetHostAddressesAsync(host, cancellation),
        };
        using OutboundHttp http = new(allowSite ? RefusedNetworks.All.Except(site.Endpoint) : RefusedNetworks.All, Resolve);
        ReaderByContent readers = new(Options.Create(new RetrievalOptions()));
        FetchPageTool tool = new(new PageFetch(http, _ => Task.FromResult(new AllowedHosts(hosts)), readers, 64 * 1024), timeout ?? TimeSpan.FromSeconds(30));
        ToolCatalog catalog = new([tool], [], TimeProvider.System, NullLogger<ToolCatalog>.Instance);
        return await catalog.CallAsync("fetch_page", JsonSerializer.SerializeToElement(new { url }), new ToolScope(new Caller("ana", false), Guid.NewGuid(), []), TestContext.Current.CancellationToken);
    }
}
