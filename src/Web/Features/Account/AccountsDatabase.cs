using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Platform.Web.Features.Account;

/// <summary>The tables of accounts and roles.</summary>
public sealed class AccountsDatabase(DbContextOptions<AccountsDatabase> options) : IdentityDbContext<PlatformUser, IdentityRole, string>(options)
{
    /// <summary>One row once the first administrator exists; its key makes a second first administrator impossible.</summary>
    public DbSet<SetupMark> Setup => Set<SetupMark>();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<PlatformUser>().ToTable("accounts_users");
        builder.Entity<IdentityRole>().ToTable("accounts_roles");
        builder.Entity<IdentityUserRole<string>>().ToTable("accounts_user_roles");
        builder.Entity<IdentityUserClaim<string>>().ToTable("accounts_user_claims");
        builder.Entity<IdentityUserLogin<string>>().ToTable("accounts_user_logins");
        builder.Entity<IdentityUserToken<string>>().ToTable("accounts_user_tokens");
        builder.Entity<IdentityRoleClaim<string>>().ToTable("accounts_role_claims");
        builder.Entity<SetupMark>().ToTable("accounts_setup").Property(mark => mark.Id).ValueGeneratedNever();
    }
}

/// <summary>When set-up was done. There is only ever the row with id 1.</summary>
public sealed class SetupMark
{
    public int Id { get; set; } = 1;

    public DateTimeOffset At { get; set; }
}
