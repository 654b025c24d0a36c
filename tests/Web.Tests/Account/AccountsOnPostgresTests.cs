using Microsoft.Extensions.DependencyInjection;
using Platform.Fakes;
using Platform.Retrieval.Access;
using Platform.Web.Features.Account;

namespace Platform.Web.Tests.Account;

/// <summary>Two web servers, each with a data folder of its own, on one PostgreSQL.</summary>
public sealed class AccountsOnPostgresTests : IAsyncLifetime
{
    private const string UserEmail = "grace@example.org";
    private const string StartPassword = "handed over on paper";

    private WebServer one = null!, other = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Servers_that_start_at_once_make_one_administrator_and_share_the_accounts()
    {
        var directory = one.App.Services.GetRequiredService<AccountDirectory>();
        var admin = await one.AdministratorAsync();
        Assert.Equal(admin, await other.AdministratorAsync());
        Assert.Single(await directory.ListAsync(admin, Cancellation));

        Assert.Empty(await directory.AddAsync(admin, UserEmail, StartPassword, administrator: false, Cancellation));
        Assert.NotEmpty(await directory.AddAsync(admin, UserEmail, StartPassword, administrator: false, Cancellation));
        using var browser = await other.SignInAsync(UserEmail, StartPassword);
        var user = (await directory.ListAsync(admin, Cancellation)).Single(row => row.Email == UserEmail);
        Assert.NotNull(user.LastSignInAt);
        Assert.Empty(await directory.ResetPasswordAsync(admin, user.Id, "another start password", Cancellation));
        Assert.Empty(await directory.SetDisabledAsync(admin, user.Id, disabled: true, Cancellation));
        using var next = await browser.GetAsync("/account/password");
        Assert.StartsWith("/sign-in", next.Headers.Location!.PathAndQuery, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_administrators_who_disable_each_other_on_two_servers_one_remains()
    {
        var first = await one.AdministratorAsync();
        var (here, there) = (one.App.Services.GetRequiredService<AccountDirectory>(), other.App.Services.GetRequiredService<AccountDirectory>());
        Assert.Empty(await here.AddAsync(first, UserEmail, StartPassword, administrator: true, Cancellation));
        var second = new Caller((await there.ListAsync(first, Cancellation)).Single(row => row.Email == UserEmail).Id, IsAdministrator: true);
        var failures = await Task.WhenAll(
            Task.Run(async () => await Record.ExceptionAsync(() => here.SetDisabledAsync(first, second.UserId, disabled: true, Cancellation)), Cancellation),
            Task.Run(async () => await Record.ExceptionAsync(() => there.SetDisabledAsync(second, first.UserId, disabled: true, Cancellation)), Cancellation));
        Assert.IsType<UnauthorizedAccessException>(Assert.Single(failures.OfType<Exception>()));
        Assert.Single(await here.ListAsync(first, Cancellation), row => row is { IsAdministrator: true, Disabled: false });
    }

    public async ValueTask InitializeAsync()
    {
        var setting = $"--ConnectionStrings:Platform={await PostgresServer.NewDatabaseAsync()}";
        var servers = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => WebServer.StartAsync(setting, "--Logging:LogLevel:Microsoft.EntityFrameworkCore=None"))));
        (one, other) = (servers[0], servers[1]);
    }

    public async ValueTask DisposeAsync()
    {
        await one.DisposeAsync();
        await other.DisposeAsync();
    }
}
