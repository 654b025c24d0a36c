using Microsoft.EntityFrameworkCore;
using Platform.Agents.Runs;
using Platform.Retrieval.Access;
using Platform.Web.Host;

namespace Platform.Web.Features.Account;

/// <summary>An enabled account as it is at this moment.</summary>
public sealed record EnabledAccount(string Id, string Email, bool IsAdministrator, bool MustChangePassword);

/// <summary>Tells what an account may do now, for what acts in its name without its sign-in: keys, schedules, and runs that are gone on with.</summary>
public sealed class AccountNow(IServiceScopeFactory scopes) : IRunOwners
{
    /// <summary>Null for an account that is gone or disabled.</summary>
    public async Task<EnabledAccount?> FindAccountAsync(string userId, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<AccountsDatabase>();
        if (await accounts.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Id == userId && !user.Disabled, cancellation) is not { } owner)
        {
            return null;
        }

        var isAdministrator = await (
            from held in accounts.UserRoles join role in accounts.Roles on held.RoleId equals role.Id
            where held.UserId == owner.Id && role.Name == Access.Administrator select role.Id).AnyAsync(cancellation);
        return new EnabledAccount(owner.Id, owner.Email ?? "", isAdministrator, owner.MustChangePassword);
    }

    async Task<RunOwner?> IRunOwners.FindAsync(string userId, CancellationToken cancellation) =>
        await FindAccountAsync(userId, cancellation) is { } account ? new RunOwner(new Caller(account.Id, account.IsAdministrator), account.Email) : null;
}
