using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Web.Features.Account;

namespace Platform.Web.Features.Keys;

/// <summary>Makes, lists and revokes a person's own keys, and finds whose a presented one is. Another person's do not exist for the caller (NotFoundException).</summary>
public sealed class ApiKeys(IDbContextFactory<KeysDatabase> databases, AccountNow accounts, TimeProvider time)
{
    /// <summary>What every secret begins with.</summary>
    public const string Beginning = "pk-";

    /// <summary>Most keys of one person.</summary>
    public const int MostKeys = 50;

    /// <summary>Longest name, characters.</summary>
    public const int LongestName = 80;

    /// <summary>Most requests a minute that a key may be given.</summary>
    public const int MostRequestsAMinute = 10_000;

    private const int SecretLength = 40, PrefixLength = 8;
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static readonly TimeSpan UseNotedEvery = TimeSpan.FromMinutes(1);

    /// <summary>The caller's, newest first.</summary>
    public async Task<IReadOnlyList<ApiKey>> ListAsync(Caller caller, CancellationToken cancellation)
    {
        await using var database = await databases.CreateDbContextAsync(cancellation);
        var rows = await database.Keys.AsNoTracking().Where(key => key.OwnerId == caller.UserId).OrderByDescending(key => key.CreatedAt).ThenBy(key => key.Id).ToListAsync(cancellation);
        return rows.ConvertAll(Shown);
    }

    /// <summary>Makes a key. Its secret is told here and never again. ArgumentException: a name, scope, rate or end that is not allowed, or more keys than one person may have.</summary>
    public async Task<(ApiKey Key, string Secret)> CreateAsync(Caller caller, NewKey wish, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        Check(caller, wish, now);
        await using var database = await databases.CreateDbContextAsync(cancellation);
        if (await database.Keys.CountAsync(key => key.OwnerId == caller.UserId, cancellation) >= MostKeys)
        {
            throw new ArgumentException($"There are {MostKeys} keys already, and nobody may have more. Revoke one that is no longer used.", nameof(wish));
        }

        var secret = Beginning + RandomNumberGenerator.GetString(Letters, SecretLength);
        var row = new KeyRow
        {
            Id = Guid.CreateVersion7(now), OwnerId = caller.UserId, Name = wish.Name.Trim(), Prefix = secret[..PrefixLength], Hash = HashOf(secret),
            Scopes = string.Join(' ', KeyScopes.All.Where(wish.Scopes.Contains)), RequestsAMinute = wish.RequestsAMinute, CreatedAt = now, ExpiresAt = wish.ExpiresAt,
        };
        database.Add(row);
        await database.SaveChangesAsync(cancellation);
        return (Shown(row), secret);
    }

    /// <summary>From the next request on it opens nothing.</summary>
    public async Task RevokeAsync(Caller caller, Guid keyId, CancellationToken cancellation)
    {
        await using var database = await databases.CreateDbContextAsync(cancellation);
        if (await database.Keys.Where(key => key.Id == keyId && key.OwnerId == caller.UserId).ExecuteDeleteAsync(cancellation) == 0)
        {
            throw new NotFoundException("Key");
        }
    }

    /// <summary>Whose a secret is, expired or not; null for one that is nobody's, or whose owner is disabled. Notes that it was used.</summary>
    public async Task<PresentedKey?> FindAsync(string secret, CancellationToken cancellation)
    {
        if (!secret.StartsWith(Beginning, StringComparison.Ordinal) || secret.Length != Beginning.Length + SecretLength)
        {
            return null;
        }

        var hash = HashOf(secret);
        await using var database = await databases.CreateDbContextAsync(cancellation);
        if (await database.Keys.AsNoTracking().SingleOrDefaultAsync(key => key.Hash == hash, cancellation) is not { } row || await accounts.FindAccountAsync(row.OwnerId, cancellation) is not { } owner)
        {
            return null;
        }

        var presented = new PresentedKey(Shown(row), owner.Id, owner.Email, owner.IsAdministrator, owner.MustChangePassword);
        var now = time.GetUtcNow();
        if (!presented.Key.IsExpired(now) && (row.LastUsedAt is not { } last || last < now - UseNotedEvery))
        {
            await database.Keys.Where(key => key.Id == row.Id).ExecuteUpdateAsync(set => set.SetProperty(key => key.LastUsedAt, now), CancellationToken.None);
        }

        return presented;
    }

    private static void Check(Caller caller, NewKey wish, DateTimeOffset now)
    {
        if (wish.Name.Trim().Length is 0 or > LongestName)
        {
            throw new ArgumentException($"A key's name has 1 to {LongestName} characters; this one has {wish.Name.Trim().Length}.", nameof(wish));
        }

        if (wish.Scopes.Count == 0 || wish.Scopes.Any(scope => !KeyScopes.For(caller).Contains(scope)))
        {
            throw new ArgumentException($"A key has one at least of the scopes {string.Join(", ", KeyScopes.For(caller))}; given were: {string.Join(", ", wish.Scopes)}.", nameof(wish));
        }

        if (wish.RequestsAMinute is < 1 or > MostRequestsAMinute)
        {
            throw new ArgumentException($"A key may make 1 to {MostRequestsAMinute:N0} requests a minute; {wish.RequestsAMinute:N0} was given.", nameof(wish));
        }

        if (wish.ExpiresAt <= now)
        {
            throw new ArgumentException($"A key ends in the future; {wish.ExpiresAt:u} is past.", nameof(wish));
        }
    }

    private static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private static ApiKey Shown(KeyRow row) =>
        new(row.Id, row.Name, row.Prefix, row.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries), row.RequestsAMinute, row.CreatedAt, row.ExpiresAt, row.LastUsedAt);
}
