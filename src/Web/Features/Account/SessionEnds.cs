using System.Collections.Concurrent;
using System.Security.Claims;

namespace Platform.Web.Features.Account;

/// <summary>Ends sessions at once: tells the open pages of this server, whose circuits outlive the requests that they began with, and remembers which cookies are worth nothing any more.</summary>
public sealed class SessionEnds
{
    /// <summary>Names one sign-in of one person on one browser.</summary>
    public const string SessionClaim = "platform.session";

    private const int MostRemembered = 10_000;
    private readonly ConcurrentDictionary<string, byte> ended = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> oldest = new();

    /// <summary>Says of each person on a circuit whether their session is one of those that ended. Raised on the thread of who ended it.</summary>
    public event Action<Func<ClaimsPrincipal, bool>>? Ended;

    /// <summary>Every session of a person: the account was disabled, or has another password, and with that another stamp.</summary>
    public void EndAll(string userId) => Ended?.Invoke(user => IdOf(user) == userId);

    /// <summary>One session, in all of its browser's tabs. Its cookie is refused from now on, also where the browser keeps it.</summary>
    public void End(ClaimsPrincipal user)
    {
        if (user.FindFirstValue(SessionClaim) is not { } session)
        {
            EndAll(IdOf(user) ?? ""); // a cookie from before sessions had names
            return;
        }

        if (ended.TryAdd(session, 0))
        {
            oldest.Enqueue(session);
        }

        while (ended.Count > MostRemembered && oldest.TryDequeue(out var forgotten))
        {
            ended.TryRemove(forgotten, out _);
        }

        Ended?.Invoke(other => other.HasClaim(SessionClaim, session));
    }

    public bool HasEnded(ClaimsPrincipal? user) => user?.FindFirstValue(SessionClaim) is { } session && ended.ContainsKey(session);

    private static string? IdOf(ClaimsPrincipal user) => user.FindFirstValue(ClaimTypes.NameIdentifier);
}
