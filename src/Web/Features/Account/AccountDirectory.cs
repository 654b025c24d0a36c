using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Web.Host;

namespace Platform.Web.Features.Account;

/// <summary>A person as the users page lists them.</summary>
public sealed record AccountRow(string Id, string Email, bool IsAdministrator, bool Disabled, bool LockedOut, bool MustChangePassword, DateTimeOffset CreatedAt, DateTimeOffset? LastSignInAt);

/// <summary>Adds, disables and unlocks people on behalf of an administrator. UnauthorizedAccessException for anybody else. Lists of problems are in the person's language; empty means done.</summary>
public sealed class AccountDirectory(IServiceScopeFactory scopes, SessionEnds ends, TimeProvider time)
{
    private const string OnlyAdministrators = "Only administrators may see and change accounts.";

    /// <summary>Everybody, by e-mail address.</summary>
    public async Task<IReadOnlyList<AccountRow>> ListAsync(Caller caller, CancellationToken cancellation)
    {
        Require(caller);
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<AccountsDatabase>();
        var administrators = await (
            from held in database.UserRoles join role in database.Roles on held.RoleId equals role.Id
            where role.Name == Access.Administrator select held.UserId).ToHashSetAsync(cancellation);
        var users = await database.Users.AsNoTracking().OrderBy(user => user.NormalizedEmail).ToListAsync(cancellation);
        var now = time.GetUtcNow();
        return [.. users.Select(user => new AccountRow(user.Id, user.Email ?? "", administrators.Contains(user.Id), user.Disabled, user.LockoutEnd > now, user.MustChangePassword, user.CreatedAt, user.LastSignInAt))];
    }

    /// <summary>The person chooses a password of their own at their first sign-in.</summary>
    public Task<IReadOnlyList<string>> AddAsync(Caller caller, string email, string startPassword, bool administrator, CancellationToken cancellation) => ChangeAsync(caller, async users =>
    {
        var user = new PlatformUser { UserName = email, Email = email, CreatedAt = time.GetUtcNow(), MustChangePassword = true };
        var made = await users.CreateAsync(user, startPassword);
        return made.Succeeded ? await users.AddToRolesAsync(user, administrator ? [Access.User, Access.Administrator] : [Access.User]) : made;
    }, cancellation);

    /// <summary>ArgumentException when administrators mean to disable themselves: since the one who disables is an enabled administrator, one always remains.</summary>
    public Task<IReadOnlyList<string>> SetDisabledAsync(Caller caller, string userId, bool disabled, CancellationToken cancellation) => EndingSessionsAsync(caller, userId, async users =>
    {
        if (disabled && userId == caller.UserId)
        {
            throw new ArgumentException("Nobody can disable their own account.", nameof(userId));
        }

        var user = await FindAsync(users, userId);
        user.Disabled = disabled;
        return await users.UpdateSecurityStampAsync(user); // stores the change too, and ends every session
    }, cancellation);

    /// <summary>Gives a new start password, ends every session and lifts a lock-out.</summary>
    public Task<IReadOnlyList<string>> ResetPasswordAsync(Caller caller, string userId, string startPassword, CancellationToken cancellation) => EndingSessionsAsync(caller, userId, async users =>
    {
        var user = await FindAsync(users, userId);
        var checks = await Task.WhenAll(users.PasswordValidators.Select(validator => validator.ValidateAsync(users, user, startPassword)));
        if (checks.FirstOrDefault(check => !check.Succeeded) is { } refused)
        {
            return refused;
        }

        user.PasswordHash = users.PasswordHasher.HashPassword(user, startPassword);
        (user.MustChangePassword, user.LockoutEnd, user.AccessFailedCount) = (userId != caller.UserId, null, 0);
        return await users.UpdateSecurityStampAsync(user);
    }, cancellation);

    // Only once it is stored: a page that was opened in between has the old state.
    private async Task<IReadOnlyList<string>> EndingSessionsAsync(Caller caller, string userId, Func<UserManager<PlatformUser>, Task<IdentityResult>> change, CancellationToken cancellation)
    {
        var problems = await ChangeAsync(caller, change, cancellation);
        if (problems.Count == 0)
        {
            ends.EndAll(userId);
        }

        return problems;
    }

    private async Task<IReadOnlyList<string>> ChangeAsync(Caller caller, Func<UserManager<PlatformUser>, Task<IdentityResult>> change, CancellationToken cancellation)
    {
        Require(caller);
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<AccountsDatabase>();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        await RequireStillAsync(database, caller, cancellation);
        var result = await change(scope.ServiceProvider.GetRequiredService<UserManager<PlatformUser>>());
        if (!result.Succeeded)
        {
            return [.. result.Errors.Select(error => error.Description).Distinct()]; // the transaction is rolled back
        }

        await transaction.CommitAsync(cancellation);
        return [];
    }

    // A caller is told of by a page that may be open for longer than the account is enabled.
    private static async Task RequireStillAsync(AccountsDatabase database, Caller caller, CancellationToken cancellation)
    {
        // One change at a time, where transactions run side by side (PostgreSQL): the row stays locked until the commit. Else two could disable each other.
        await database.Setup.ExecuteUpdateAsync(row => row.SetProperty(mark => mark.At, mark => mark.At), cancellation);
        var still = await (
            from held in database.UserRoles
            join role in database.Roles on held.RoleId equals role.Id
            join user in database.Users on held.UserId equals user.Id
            where role.Name == Access.Administrator && user.Id == caller.UserId && !user.Disabled
            select user.Id).AnyAsync(cancellation);
        if (!still)
        {
            throw new UnauthorizedAccessException(OnlyAdministrators);
        }
    }

    private static async Task<PlatformUser> FindAsync(UserManager<PlatformUser> users, string userId) => await users.FindByIdAsync(userId) ?? throw new NotFoundException("The user");

    private static void Require(Caller caller)
    {
        if (!caller.IsAdministrator)
        {
            throw new UnauthorizedAccessException(OnlyAdministrators);
        }
    }
}
