using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Platform.Retrieval;
using Platform.Web.Features.Account;

namespace Platform.Web.Tests.Setup;

public sealed class SetupTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/chat")]
    [InlineData("/knowledge")]
    [InlineData("/sign-in")]
    [InlineData("/no/such/page")]
    public async Task Every_page_leads_to_setup_until_an_administrator_exists(string path)
    {
        await using var server = await WebServer.StartEmptyAsync();
        using var browser = server.Open();
        using var answer = await browser.GetAsync(path);
        Assert.Equal((HttpStatusCode.Redirect, "/setup"), (answer.StatusCode, answer.Headers.Location?.OriginalString));
    }

    [Theory]
    [InlineData("/setup", HttpStatusCode.OK)]
    [InlineData("/chat", HttpStatusCode.Redirect)]
    public async Task The_head_of_a_page_is_answered_as_the_page_is(string path, HttpStatusCode status)
    {
        await using var server = await WebServer.StartEmptyAsync();
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = server.Address };
        client.DefaultRequestHeaders.Accept.ParseAdd("*/*");
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((status, ""), (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task Programs_are_told_that_setup_is_missing()
    {
        await using var server = await WebServer.StartEmptyAsync();
        using var browser = server.Open();
        using var answer = await browser.GetAsync("/v1/runs/00000000-0000-0000-0000-000000000001/events");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("setup_required", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*/*", null, HttpStatusCode.Redirect)] // curl, wget
    [InlineData("*/*", "empty", HttpStatusCode.ServiceUnavailable)] // a script of a page
    [InlineData("application/json", null, HttpStatusCode.ServiceUnavailable)]
    [InlineData("application/json, */*", null, HttpStatusCode.ServiceUnavailable)]
    public async Task A_tool_that_takes_anything_is_led_to_setup_and_one_that_asks_for_json_is_told(string accept, string? destination, HttpStatusCode status)
    {
        await using var server = await WebServer.StartEmptyAsync();
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = server.Address };
        client.DefaultRequestHeaders.Accept.ParseAdd(accept);
        if (destination is not null)
        {
            client.DefaultRequestHeaders.Add("Sec-Fetch-Dest", destination);
        }
        using var answer = await client.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task The_wizard_creates_the_administrator_signs_in_and_is_gone()
    {
        await using var server = await WebServer.StartEmptyAsync();
        using var browser = server.Open();
        using (var made = await browser.SetUpAsync(WebServer.AdminEmail, WebServer.AdminPassword))
        {
            Assert.Equal(HttpStatusCode.Redirect, made.StatusCode);
        }

        using var users = await browser.GetAsync("/admin/users");
        Assert.Equal(HttpStatusCode.OK, users.StatusCode);
        using var stranger = server.Open();
        using var again = await stranger.GetAsync("/setup");
        Assert.Equal((HttpStatusCode.Redirect, "/"), (again.StatusCode, again.Headers.Location?.AbsolutePath ?? again.Headers.Location?.OriginalString));
    }

    [Fact]
    public async Task A_form_posted_after_setup_is_led_away_and_told_nothing_of_the_machine()
    {
        await using var server = await WebServer.StartEmptyAsync();
        using var stranger = server.Open();
        var open = await stranger.HiddenFieldsAsync("/setup");
        using (var browser = server.Open())
        {
            (await browser.SetUpAsync(WebServer.AdminEmail, WebServer.AdminPassword)).Dispose();
        }

        using var answer = await stranger.SubmitAsync("/setup", open, ("Input.Email", "x@example.org"), ("Input.Password", "one long password"), ("Input.PasswordAgain", "another long password"));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.DoesNotContain("setup-model", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_eight_setups_at_the_same_moment_one_creates_the_administrator()
    {
        await using var server = await WebServer.StartEmptyAsync();
        var browsers = Enumerable.Range(0, 8).Select(_ => server.Open()).ToList();
        var forms = await Task.WhenAll(browsers.Select(browser => browser.HiddenFieldsAsync("/setup"))); // all have the page open
        var answers = await Task.WhenAll(browsers.Select((browser, n) => browser.SubmitAsync(
            "/setup", forms[n], ("Input.Email", $"admin{n}@example.org"), ("Input.Password", WebServer.AdminPassword), ("Input.PasswordAgain", WebServer.AdminPassword))));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode));
        await using var scope = server.App.Services.CreateAsyncScope();
        Assert.Single(await scope.ServiceProvider.GetRequiredService<AccountsDatabase>().Users.ToListAsync(TestContext.Current.CancellationToken));
        browsers.ForEach(browser => browser.Dispose());
    }

    [Theory]
    [InlineData("ada@example.org", "short", "short", "at least 12 characters")]
    [InlineData("ada@example.org", "aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa", "different characters")]
    [InlineData("ada@example.org", "a quiet green morning", "a quiet green evening", "differ")]
    [InlineData("not-an-address", "a quiet green morning", "a quiet green morning", "is not an e-mail address")]
    public async Task What_is_wrong_is_said_and_nothing_is_created(string email, string password, string again, string said)
    {
        await using var server = await WebServer.StartEmptyAsync();
        using var browser = server.Open();
        using var answer = await browser.SetUpAsync(email, password, again);
        Assert.Contains(said, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var still = await browser.GetAsync("/");
        Assert.Equal("/setup", still.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task An_unattended_start_with_a_bad_password_refuses_and_says_why()
    {
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => WebServer.StartEmptyAsync("--PLATFORM_ADMIN_EMAIL=ada@example.org", "--PLATFORM_ADMIN_PASSWORD=short"));
        Assert.Contains("at least 12 characters", refusal.Message, StringComparison.Ordinal);
    }
}
