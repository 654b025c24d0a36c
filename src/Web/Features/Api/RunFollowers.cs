using Microsoft.Extensions.Options;
using Platform.Agents;
using Platform.Web.Host;

namespace Platform.Web.Features.Api;

/// <summary>Bounds how many streams of one run's events a person has open at once: each holds a connection for as long as the run lives.</summary>
internal sealed class RunFollowers(IOptions<AgentsOptions> options)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string UserId, Guid Run), int> _open = [];

    /// <summary>A place, until it is disposed of. RefusedRequestException, 429, where all are taken.</summary>
    public IDisposable Take(string userId, Guid run)
    {
        var most = options.Value.EventStreams;
        lock (_gate)
        {
            var open = _open.GetValueOrDefault((userId, run));
            if (open >= most)
            {
                throw new RefusedRequestException(new Problem(429, "rate_limit_error", "too_many_streams", $"{open} streams of this run's events are open for this person already, and no more than {most} may be. Close one, or read the run itself at /v1/runs/{run}.", Again));
            }
            _open[(userId, run)] = open + 1;
        }
        return new Place(this, userId, run);
    }

    private void Leave(string userId, Guid run)
    {
        lock (_gate)
        {
            if (--_open[(userId, run)] == 0)
            {
                _open.Remove((userId, run));
            }
        }
    }

    private sealed class Place(RunFollowers followers, string userId, Guid run) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                followers.Leave(userId, run);
            }
        }
    }
}
