namespace Platform.Web.Features.Keys;

/// <summary>A key as its owner sees it: never the secret itself.</summary>
/// <param name="Prefix">The first characters of the secret, to tell keys apart.</param>
/// <param name="RequestsAMinute">More are refused with 429.</param>
/// <param name="ExpiresAt">From then on it opens nothing; null for never.</param>
/// <param name="LastUsedAt">To the minute; null while it has not been used.</param>
public sealed record ApiKey(Guid Id, string Name, string Prefix, IReadOnlyList<string> Scopes, int RequestsAMinute, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt)
{
    /// <summary>Whether its time was over at a moment.</summary>
    public bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;
}

/// <summary>A key to be made.</summary>
/// <param name="Name">1 to 80 characters.</param>
/// <param name="Scopes">One at least of <see cref="KeyScopes.All"/>.</param>
/// <param name="RequestsAMinute">1 to 10,000.</param>
public sealed record NewKey(string Name, IReadOnlyList<string> Scopes, int RequestsAMinute = NewKey.UsualRequestsAMinute, DateTimeOffset? ExpiresAt = null)
{
    public const int UsualRequestsAMinute = 120;
}

/// <summary>A key that was given with a request, and whose rights it has: its owner's as they are now.</summary>
/// <param name="UserName">The owner's e-mail address.</param>
/// <param name="MustChangePassword">The owner has to choose a password first.</param>
public sealed record PresentedKey(ApiKey Key, string UserId, string UserName, bool IsAdministrator, bool MustChangePassword);
