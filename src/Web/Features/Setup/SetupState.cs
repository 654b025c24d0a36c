using Microsoft.EntityFrameworkCore;
using Platform.Web.Features.Account;

namespace Platform.Web.Features.Setup;

/// <summary>Whether the first administrator exists. Once true it stays true, and is not asked of the database again.</summary>
public sealed class SetupState(IServiceScopeFactory scopes)
{
    private volatile bool done;

    public async ValueTask<bool> IsDoneAsync(CancellationToken cancellation)
    {
        if (!done)
        {
            await using var scope = scopes.CreateAsyncScope();
            done = await scope.ServiceProvider.GetRequiredService<AccountsDatabase>().Setup.AnyAsync(cancellation);
        }

        return done;
    }
}
