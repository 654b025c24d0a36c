using System.Net;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Platform.Retrieval.Access;
using Platform.Web.Features.Account;
using Platform.Web.Host;

namespace Platform.Web.Tests.Account;

/// <summary>What is left of a page's power when the session ends that it was opened in.</summary>
public sealed class OpenPageTests
{
    private const string UserEmail = "grace@example.org", Password = "handed over on paper";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Signing_out_in_one_tab_ends_the_pages_of_that_browser_at_once_and_no_others()
    {
        await using var server = await WebServer.StartAsync();
        using var browser = await server.SignInAsync();
        using var elsewhere = await server.SignInAsync();
        var cookie = Cookie(server, browser);
        await using var page = Page(server, cookie);
        await using var other = Page(server, Cookie(server, elsewhere));

        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", await browser.TokenAsync())]);
        (await browser.Client.PostAsync(new Uri("/account/sign-out", UriKind.Relative), form, Cancellation)).Dispose();

        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => CallerAsync(page));
        Assert.True((await CallerAsync(other)).IsAdministrator);
        await using var late = Page(server, cookie); // asked for before the end, opened after it
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => CallerAsync(late));
        using var thief = server.Open();
        thief.Cookies.Add(server.Address, new Cookie(SessionCookie.Name, cookie));
        using var kept = await thief.GetAsync("/settings");
        Assert.StartsWith("/sign-in", kept.Headers.Location!.PathAndQuery, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_is_disabled_or_gets_another_password_is_out_of_every_open_page_at_once(bool disabled)
    {
        await using var server = await WebServer.StartAsync();
        var directory = server.App.Services.GetRequiredService<AccountDirectory>();
        var admin = await server.AdministratorAsync();
        Assert.Empty(await directory.AddAsync(admin, UserEmail, Password, administrator: true, Cancellation));
        var id = (await directory.ListAsync(admin, Cancellation)).Single(row => row.Email == UserEmail).Id;
        using var browser = await server.SignInAsync(UserEmail, Password);
        using var administrators = await server.SignInAsync();
        await using var page = Page(server, Cookie(server, browser));
        await using var other = Page(server, Cookie(server, administrators));
        Assert.True((await CallerAsync(page)).IsAdministrator);

        Assert.Empty(disabled ? await directory.SetDisabledAsync(admin, id, disabled: true, Cancellation) : await directory.ResetPasswordAsync(admin, id, "another one on paper", Cancellation));

        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => CallerAsync(page));
        Assert.True((await CallerAsync(other)).IsAdministrator);
    }

    private static string Cookie(WebServer server, Browser browser) => browser.Cookies.GetCookies(server.Address)[SessionCookie.Name]!.Value;

    // A circuit's scope, with the person that the cookie names.
    private static AsyncServiceScope Page(WebServer server, string cookie)
    {
        var cookies = server.App.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(IdentityConstants.ApplicationScheme);
        var ticket = cookies.TicketDataFormat.Unprotect(cookie);
        var scope = server.App.Services.CreateAsyncScope();
        ((ServerAuthenticationStateProvider)scope.ServiceProvider.GetRequiredService<AuthenticationStateProvider>()).SetAuthenticationState(Task.FromResult(new AuthenticationState(ticket!.Principal)));
        return scope;
    }

    private static Task<Caller> CallerAsync(AsyncServiceScope page) => page.ServiceProvider.GetRequiredService<CurrentCaller>().GetAsync();
}
