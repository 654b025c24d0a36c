using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Platform.Retrieval;
using Platform.Web.Features.Account;
using Platform.Web.Host;

namespace Platform.Web.Features.Setup;

/// <summary>How making the first administrator ended. Problems are in the person's language.</summary>
public sealed record SetupOutcome(bool Created, bool AlreadyDone, IReadOnlyList<string> Problems);

/// <summary>Creates the first administrator exactly once, however many ask at the same time.</summary>
public sealed class FirstAdministrator(
    AccountsDatabase database, UserManager<PlatformUser> users, RoleManager<IdentityRole> roles, IConfiguration configuration, TimeProvider time, ILogger<FirstAdministrator> log)
{
    public const string EmailSetting = "PLATFORM_ADMIN_EMAIL";
    public const string PasswordSetting = "PLATFORM_ADMIN_PASSWORD";

    /// <summary>Makes the roles, and the administrator named by the environment when there is none yet. StartRefusedException when what the environment says cannot be used.</summary>
    public async Task PrepareAsync(CancellationToken cancellation)
    {
        foreach (var role in (string[])[Access.Administrator, Access.User])
        {
            if (!await roles.RoleExistsAsync(role))
            {
                await MakeRoleAsync(role);
            }
        }

        var (email, password) = (configuration[EmailSetting], configuration[PasswordSetting]);
        if (string.IsNullOrEmpty(email) && string.IsNullOrEmpty(password) || await database.Setup.AnyAsync(cancellation))
        {
            return;
        }

        var outcome = await CreateAsync(email ?? "", password ?? "", cancellation);
        if (!outcome.Created && !outcome.AlreadyDone)
        {
            throw new StartRefusedException($"{EmailSetting} and {PasswordSetting} cannot be used for the first administrator: {string.Join(' ', outcome.Problems)}");
        }
    }

    /// <summary>The mark, the person and the role are stored together or not at all.</summary>
    public async Task<SetupOutcome> CreateAsync(string email, string password, CancellationToken cancellation)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        if (await database.Setup.AnyAsync(cancellation))
        {
            return new SetupOutcome(Created: false, AlreadyDone: true, []);
        }

        var now = time.GetUtcNow();
        database.Setup.Add(new SetupMark { At = now });
        try
        {
            await database.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException) when (!cancellation.IsCancellationRequested)
        {
            // Where transactions run side by side (PostgreSQL) the mark's key says that somebody was first. Anything else wrong with the database shows in the next query.
            await transaction.RollbackAsync(cancellation);
            database.ChangeTracker.Clear();
            if (await database.Setup.AnyAsync(cancellation))
            {
                return new SetupOutcome(Created: false, AlreadyDone: true, []);
            }

            throw;
        }

        var user = new PlatformUser { UserName = email, Email = email, CreatedAt = now };
        var made = await users.CreateAsync(user, password);
        made = made.Succeeded ? await users.AddToRolesAsync(user, [Access.Administrator, Access.User]) : made;
        if (!made.Succeeded)
        {
            await transaction.RollbackAsync(cancellation);
            database.ChangeTracker.Clear();
            return new SetupOutcome(Created: false, AlreadyDone: false, [.. made.Errors.Select(error => error.Description).Distinct()]);
        }

        await transaction.CommitAsync(cancellation);
        log.LogInformation("The first administrator was created");
        return new SetupOutcome(Created: true, AlreadyDone: false, []);
    }

    // Two servers that start at once on one database both find the role missing; the second to store it is not at fault.
    private async Task MakeRoleAsync(string role)
    {
        try
        {
            await roles.CreateAsync(new IdentityRole(role));
        }
        catch (DbUpdateException)
        {
            database.ChangeTracker.Clear();
            if (!await roles.RoleExistsAsync(role))
            {
                throw;
            }
        }
    }
}
