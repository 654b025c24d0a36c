using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Platform.Retrieval.Access;
using Platform.Web.Features.Account;

namespace Platform.Web.Tests.Account;

public sealed class SignInTests
{
    private const string UserEmail = "grace@example.org";
    private const string StartPassword = "handed over on paper";
    private const string OwnPassword = "chosen by myself alone";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_cookie_is_out_of_reach_of_scripts_and_other_sites()
    {
        await using var server = await WebServer.StartAsync();
        using var browser = server.Open();
        using var answer = await browser.SignInAsync(WebServer.AdminEmail, WebServer.AdminPassword);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"), value => value.StartsWith(SessionCookie.Name, StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_address_read_the_same()
    {
        await using var server = await WebServer.StartAsync();
        using var browser = server.Open();
        using var wrong = await browser.SignInAsync(WebServer.AdminEmail, "not the right one");
        using var unknown = await browser.SignInAsync("nobody@example.org", "not the right one");
        foreach (var answer in (HttpResponseMessage[])[wrong, unknown])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Contains("E-mail address or password is wrong.", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_the_account_for_the_right_one_too()
    {
        await using var server = await WebServer.StartAsync();
        using var browser = server.Open();
        for (var i = 0; i < 5; i++)
        {
            (await browser.SignInAsync(WebServer.AdminEmail, "not the right one")).Dispose();
        }

        using var right = await browser.SignInAsync(WebServer.AdminEmail, WebServer.AdminPassword);
        Assert.Equal(HttpStatusCode.TooManyRequests, right.StatusCode);
        Assert.Contains("locked", await right.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_address_may_try_twenty_passwords_a_minute()
    {
        await using var server = await WebServer.StartAsync();
        using var browser = server.Open();
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 21; i++)
        {
            using var answer = await browser.SignInAsync($"somebody{i}@example.org", "not the right one");
            statuses.Add(answer.StatusCode);
        }

        Assert.Equal(Enumerable.Repeat(HttpStatusCode.Unauthorized, 20).Append(HttpStatusCode.TooManyRequests), statuses);
    }

    [Theory]
    [InlineData("/knowledge", "/knowledge")]
    [InlineData("//evil.example/x", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    public async Task Sign_in_only_ever_leads_to_a_place_of_this_server(string wanted, string led)
    {
        await using var server = await WebServer.StartAsync();
        using var browser = server.Open();
        using var answer = await browser.SignInAsync(WebServer.AdminEmail, WebServer.AdminPassword, wanted);
        Assert.Equal(new Uri(server.Address, led), new Uri(server.Address, answer.Headers.Location!));
    }

    [Fact]
    public async Task Signing_out_ends_the_session()
    {
        await using var server = await WebServer.StartAsync();
        using var browser = await server.SignInAsync();
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", await browser.TokenAsync())]);
        using var gone = await browser.Client.PostAsync(new Uri("/account/sign-out", UriKind.Relative), form, Cancellation);
        Assert.Equal("/sign-in", gone.Headers.Location?.OriginalString);
        using var after = await browser.GetAsync("/settings");
        Assert.StartsWith("/sign-in", after.Headers.Location!.PathAndQuery, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_has_a_start_password_chooses_an_own_one_before_anything_else()
    {
        await using var server = await WebServer.StartAsync();
        await AddUserAsync(server);
        using var browser = await server.SignInAsync(UserEmail, StartPassword);
        using (var first = await browser.GetAsync("/chat"))
        {
            Assert.Equal("/account/password", first.Headers.Location?.OriginalString);
        }

        using (var changed = await browser.SubmitAsync("/account/password", ("Input.Present", StartPassword), ("Input.New", OwnPassword), ("Input.Again", OwnPassword)))
        {
            Assert.Equal(HttpStatusCode.Redirect, changed.StatusCode);
        }

        using var then = await browser.GetAsync("/chat");
        Assert.Equal(HttpStatusCode.OK, then.StatusCode);
    }

    [Fact]
    public async Task A_disabled_person_is_out_at_the_next_request_and_may_not_come_back()
    {
        await using var server = await WebServer.StartAsync();
        var (directory, admin, id) = await AddUserAsync(server);
        using var browser = await server.SignInAsync(UserEmail, StartPassword);
        Assert.Empty(await directory.SetDisabledAsync(admin, id, disabled: true, Cancellation));

        using var next = await browser.GetAsync("/account/password");
        Assert.StartsWith("/sign-in", next.Headers.Location!.PathAndQuery, StringComparison.Ordinal);
        using var again = await browser.SignInAsync(UserEmail, StartPassword);
        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
    }

    [Fact]
    public async Task A_reset_password_ends_the_sessions_opened_with_the_old_one()
    {
        await using var server = await WebServer.StartAsync();
        var (directory, admin, id) = await AddUserAsync(server);
        using var browser = await server.SignInAsync(UserEmail, StartPassword);
        Assert.NotEmpty(await directory.ResetPasswordAsync(admin, id, "short", Cancellation));
        Assert.Empty(await directory.ResetPasswordAsync(admin, id, OwnPassword, Cancellation));

        using var next = await browser.GetAsync("/account/password");
        Assert.StartsWith("/sign-in", next.Headers.Location!.PathAndQuery, StringComparison.Ordinal);
        (await server.SignInAsync(UserEmail, OwnPassword)).Dispose();
    }

    [Fact]
    public async Task Only_administrators_see_and_change_accounts_and_none_disables_their_own()
    {
        await using var server = await WebServer.StartAsync();
        var (directory, admin, id) = await AddUserAsync(server);
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => directory.ListAsync(new Caller(id, IsAdministrator: false), Cancellation));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => directory.AddAsync(new Caller(id, IsAdministrator: false), "x@example.org", OwnPassword, administrator: true, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => directory.SetDisabledAsync(admin, admin.UserId, disabled: true, Cancellation));
    }

    [Fact]
    public async Task Of_two_administrators_who_disable_each_other_one_remains()
    {
        await using var server = await WebServer.StartAsync();
        var directory = server.App.Services.GetRequiredService<AccountDirectory>();
        var first = await server.AdministratorAsync();
        Assert.Empty(await directory.AddAsync(first, UserEmail, StartPassword, administrator: true, Cancellation));
        var second = new Caller((await directory.ListAsync(first, Cancellation)).Single(row => row.Email == UserEmail).Id, IsAdministrator: true);

        var outcomes = await Task.WhenAll(Disabled(first, second), Disabled(second, first));

        Assert.Single(outcomes, done => done);
        var remaining = Assert.Single(await directory.ListAsync(first, Cancellation), row => row is { IsAdministrator: true, Disabled: false });
        var gone = remaining.Id == first.UserId ? second : first;
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => directory.AddAsync(gone, "x@example.org", OwnPassword, administrator: true, Cancellation));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => directory.ResetPasswordAsync(gone, remaining.Id, OwnPassword, Cancellation));

        async Task<bool> Disabled(Caller by, Caller whom)
        {
            try
            {
                return (await directory.SetDisabledAsync(by, whom.UserId, disabled: true, Cancellation)).Count == 0;
            }
            catch (UnauthorizedAccessException)
            {
                return false; // the other was first
            }
        }
    }

    [Fact]
    public async Task Five_wrong_present_passwords_lock_the_account_as_at_the_sign_in()
    {
        await using var server = await WebServer.StartAsync();
        using var browser = await server.SignInAsync();
        for (var i = 0; i < 5; i++)
        {
            using var wrong = await browser.SubmitAsync("/account/password", ("Input.Present", "not the right one"), ("Input.New", OwnPassword), ("Input.Again", OwnPassword));
            Assert.Equal(HttpStatusCode.OK, wrong.StatusCode);
        }

        using var right = await browser.SubmitAsync("/account/password", ("Input.Present", WebServer.AdminPassword), ("Input.New", OwnPassword), ("Input.Again", OwnPassword));
        Assert.Contains("locked", await right.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    private static async Task<(AccountDirectory Directory, Caller Admin, string UserId)> AddUserAsync(WebServer server)
    {
        var directory = server.App.Services.GetRequiredService<AccountDirectory>();
        var admin = await server.AdministratorAsync();
        Assert.Empty(await directory.AddAsync(admin, UserEmail, StartPassword, administrator: false, Cancellation));
        var rows = await directory.ListAsync(admin, Cancellation);
        return (directory, admin, rows.Single(row => row.Email == UserEmail).Id);
    }
}
