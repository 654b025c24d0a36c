using System.Net;
using System.Net.WebSockets;

namespace Platform.Web.Tests.Host;

/// <summary>Fault 38: what another site's page makes a browser send is refused.</summary>
public sealed class CrossSiteTests(HeaderTests.Started started) : IClassFixture<HeaderTests.Started>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("null")]
    public async Task A_change_from_a_foreign_origin_is_refused_even_with_a_good_token(string origin)
    {
        using var browser = await started.Server.SignInAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/account/sign-out");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("RequestVerificationToken", await browser.TokenAsync());
        using var answer = await browser.Client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("foreign_origin", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:5173", HttpStatusCode.Forbidden)]
    [InlineData("http://127.0.0.1", HttpStatusCode.Redirect)]
    [InlineData("https://127.0.0.1", HttpStatusCode.Redirect)] // a proxy that ends TLS
    public async Task A_host_without_a_port_is_not_every_port_of_it(string origin, HttpStatusCode status)
    {
        using var browser = await started.Server.SignInAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/account/sign-out");
        request.Headers.Host = "127.0.0.1";
        request.Headers.Add("Origin", origin);
        request.Headers.Add("RequestVerificationToken", await browser.TokenAsync());
        request.Headers.Add("Cookie", browser.Cookies.GetCookieHeader(started.Server.Address));
        using var answer = await browser.Client.SendAsync(request, Cancellation);
        Assert.Equal(status, answer.StatusCode);
    }

    [Theory]
    [InlineData("/account/sign-out", HttpStatusCode.BadRequest)]
    [InlineData("/sign-in", HttpStatusCode.BadRequest)]
    [InlineData("/api/bases/00000000-0000-0000-0000-000000000001/documents?name=a.txt", HttpStatusCode.BadRequest)]
    public async Task A_change_without_the_token_is_refused(string path, HttpStatusCode status)
    {
        using var browser = await started.Server.SignInAsync();
        using var content = new FormUrlEncodedContent([new("_handler", "sign-in"), new("Input.Email", "x@example.org")]);
        using var answer = await browser.Client.PostAsync(new Uri(path, UriKind.Relative), content, Cancellation);
        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task The_token_of_one_person_is_not_good_for_another()
    {
        using var nobody = started.Server.Open();
        using var browser = await started.Server.SignInAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/account/sign-out");
        request.Headers.Add("RequestVerificationToken", await nobody.TokenAsync("/sign-in"));
        using var answer = await browser.Client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("http://evil.example", false)]
    [InlineData("null", false)]
    [InlineData("own", true)]
    public async Task A_circuit_opens_from_the_own_origin_only(string origin, bool opens)
    {
        using var browser = await started.Server.SignInAsync();
        using var socket = new ClientWebSocket();
        socket.Options.Cookies = browser.Cookies;
        socket.Options.SetRequestHeader("Origin", origin == "own" ? started.Server.Address.GetLeftPart(UriPartial.Authority) : origin);
        var address = new UriBuilder(started.Server.Address) { Scheme = "ws", Path = "/_blazor" }.Uri;
        if (opens)
        {
            await socket.ConnectAsync(address, Cancellation);
            Assert.Equal(WebSocketState.Open, socket.State);
        }
        else
        {
            var refused = await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(address, Cancellation));
            Assert.Contains("403", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_circuit_is_not_opened_for_nobody()
    {
        using var browser = started.Server.Open();
        using var answer = await browser.Client.PostAsync(new Uri("/_blazor/negotiate?negotiateVersion=1", UriKind.Relative), null, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }
}
