using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Web.Features.Account;
using Platform.Web.Features.Keys;

namespace Platform.Web.Tests.Keys;

/// <summary>Keys on the real server, by the event stream of a run that is not there: 404 is what a key that is let in gets.</summary>
public sealed class ApiKeyTests : IAsyncLifetime
{
    private WebServer server = null!;
    private Caller administrator = null!;
    private HttpClient http = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ApiKeys Keys => server.App.Services.GetRequiredService<ApiKeys>();

    public async ValueTask InitializeAsync()
    {
        server = await WebServer.StartAsync();
        administrator = await server.AdministratorAsync();
        http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = server.Address };
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_key_opens_what_its_scopes_say_until_it_is_revoked()
    {
        var (runs, secret) = await Keys.CreateAsync(administrator, new("runs", [KeyScopes.Runs]), Cancellation);
        var (_, models) = await Keys.CreateAsync(administrator, new("models", [KeyScopes.Models]), Cancellation);

        Assert.Equal((404, "not_found"), await AskAsync(secret));
        Assert.Equal((404, "not_found"), await AskAsync(secret, "x-api-key"));
        Assert.Equal((403, "insufficient_scope"), await AskAsync(models));
        Assert.Equal((401, "invalid_api_key"), await AskAsync(secret[..^1] + (secret[^1] == 'a' ? 'b' : 'a')));
        Assert.Equal((401, "invalid_api_key"), await AskAsync(""));
        Assert.Equal((401, "invalid_api_key"), await AskAsync(null));

        Assert.NotNull((await Keys.ListAsync(administrator, Cancellation)).Single(key => key.Id == runs.Id).LastUsedAt);
        await Assert.ThrowsAsync<NotFoundException>(() => Keys.RevokeAsync(new Caller("another", IsAdministrator: true), runs.Id, Cancellation));
        await Keys.RevokeAsync(administrator, runs.Id, Cancellation);
        Assert.Equal((401, "invalid_api_key"), await AskAsync(secret));
    }

    [Fact]
    public async Task A_key_opens_no_page_and_no_address_of_the_pages()
    {
        var (_, secret) = await Keys.CreateAsync(administrator, new("all", KeyScopes.All), Cancellation);
        Assert.Equal(302, (await AskAsync(secret, path: "/settings")).Status);
        Assert.Equal(302, (await AskAsync(secret, path: "/admin/users")).Status);
        Assert.Equal(401, (await AskAsync(secret, path: $"/api/documents/{Guid.NewGuid()}/original")).Status);
    }

    [Fact]
    public async Task A_key_has_its_owners_rights_as_they_are_now()
    {
        var accounts = server.App.Services.GetRequiredService<AccountDirectory>();
        Assert.Empty(await accounts.AddAsync(administrator, "bo@example.org", "a start password", administrator: false, Cancellation));
        var bo = (await accounts.ListAsync(administrator, Cancellation)).Single(account => account.Email == "bo@example.org");
        var (_, secret) = await Keys.CreateAsync(new Caller(bo.Id, false), new("bo's", [KeyScopes.Runs]), Cancellation);
        Assert.Equal((403, "password_change_required"), await AskAsync(secret));
        await accounts.SetDisabledAsync(administrator, bo.Id, disabled: true, Cancellation);
        Assert.Equal((401, "invalid_api_key"), await AskAsync(secret));
    }

    [Fact]
    public async Task A_key_past_its_end_is_told_so()
    {
        var end = TimeProvider.System.GetUtcNow().AddMilliseconds(300);
        var (_, secret) = await Keys.CreateAsync(administrator, new("short", [KeyScopes.Runs], ExpiresAt: end), Cancellation);
        while (TimeProvider.System.GetUtcNow() <= end)
        {
            await Task.Delay(20, Cancellation);
        }

        Assert.Equal((401, "expired_api_key"), await AskAsync(secret));
        await Assert.ThrowsAsync<ArgumentException>(() => Keys.CreateAsync(administrator, new("past", [KeyScopes.Runs], ExpiresAt: end), Cancellation));
    }

    [Fact]
    public async Task More_requests_than_a_key_may_make_are_429_with_the_time_to_wait()
    {
        var (_, secret) = await Keys.CreateAsync(administrator, new("slow", [KeyScopes.Runs], RequestsAMinute: 1), Cancellation);
        Assert.Equal(404, (await AskAsync(secret)).Status);
        using var request = Request(secret);
        using var refused = await http.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal(["1", "0"], [refused.Headers.GetValues("x-ratelimit-limit-requests").Single(), refused.Headers.GetValues("x-ratelimit-remaining-requests").Single()]);
    }

    [Theory]
    [InlineData("", "runs", 10)]
    [InlineData("x", "everything", 10)]
    [InlineData("x", "runs", 0)]
    [InlineData("x", "runs", 10_001)]
    public async Task A_wish_that_is_not_allowed_is_refused(string name, string scope, int rate) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Keys.CreateAsync(administrator, new(name, [scope], rate), Cancellation));

    [Fact]
    public async Task What_is_stored_gives_no_key()
    {
        var (key, secret) = await Keys.CreateAsync(administrator, new("hidden", [KeyScopes.Runs]), Cancellation);
        Assert.StartsWith(key.Prefix, secret, StringComparison.Ordinal);
        var databases = server.App.Services.GetRequiredService<Microsoft.EntityFrameworkCore.IDbContextFactory<KeysDatabase>>();
        await using var database = await databases.CreateDbContextAsync(Cancellation);
        var stored = JsonSerializer.Serialize(database.Keys.Single());
        Assert.DoesNotContain(secret[key.Prefix.Length..], stored, StringComparison.Ordinal);
        Assert.Equal(64, database.Keys.Single().Hash.Length);
    }

    private async Task<(int Status, string? Code)> AskAsync(string? secret, string header = "Authorization", string? path = null)
    {
        using var request = Request(secret, header, path);
        using var answer = await http.SendAsync(request, Cancellation);
        var body = await answer.Content.ReadAsStringAsync(Cancellation);
        return ((int)answer.StatusCode, body.StartsWith('{') ? JsonDocument.Parse(body).RootElement.GetProperty("error").GetProperty("code").GetString() : null);
    }

    private static HttpRequestMessage Request(string? secret, string header = "Authorization", string? path = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path ?? $"/v1/runs/{Guid.NewGuid()}/events", UriKind.Relative));
        request.Headers.Accept.ParseAdd(path is null ? "application/json" : "text/html");
        if (secret is not null)
        {
            request.Headers.TryAddWithoutValidation(header, header == "Authorization" ? $"Bearer {secret}" : secret);
        }

        return request;
    }
}
