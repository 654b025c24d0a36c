using Microsoft.EntityFrameworkCore;
using Platform.Agents.Schedules;
using Platform.Retrieval.Access;
using Platform.Web.Host;

namespace Platform.Web.Features.Account;

/// <summary>An enabled account as it is at this moment.</summary>
public sealed record EnabledAccount(string Id, string Email, bool IsAdministrator, bool MustChangePassword);

/// <summary>Tells what an account may do now, for what acts in its name without its sign-in: keys and schedules.</summary>
public sealed class AccountNow(IServiceScopeFactory scopes) : IScheduleOwners
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

    async Task<ScheduleOwner?> IScheduleOwners.FindAsync(string userId, CancellationToken cancellation) =>
        await FindAccountAsync(userId, cancellation) is { } account ? new ScheduleOwner(new Caller(account.Id, account.IsAdministrator), account.Email) : null;
}
