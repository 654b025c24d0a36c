using System.Collections.Concurrent;

namespace Platform.Web.Features.Keys;

/// <summary>What a key may still ask.</summary>
/// <param name="Remaining">Requests that may be made at once.</param>
/// <param name="RetryAfter">Until the next one may be made; zero where one may be made now.</param>
/// <param name="Reset">Until all of the minute's requests may be made again.</param>
public readonly record struct KeyRate(bool IsAllowed, int Limit, int Remaining, TimeSpan RetryAfter, TimeSpan Reset);

/// <summary>Counts the requests of each key, in this process: a minute's worth may come at once, and comes back evenly.</summary>
public sealed class KeyRates(TimeProvider time)
{
    private readonly ConcurrentDictionary<Guid, Bucket> _buckets = new();

    /// <summary>Takes one request of a key's, if there is one to take.</summary>
    public KeyRate Take(Guid key, int requestsAMinute)
    {
        var bucket = _buckets.GetOrAdd(key, _ => new Bucket { Left = requestsAMinute, At = time.GetTimestamp() });
        lock (bucket)
        {
            var now = time.GetTimestamp();
            var perSecond = requestsAMinute / 60.0;
            bucket.Left = Math.Min(requestsAMinute, bucket.Left + time.GetElapsedTime(bucket.At, now).TotalSeconds * perSecond);
            bucket.At = now;
            var allowed = bucket.Left >= 1;
            if (allowed)
            {
                bucket.Left--;
            }

            return new KeyRate(
                allowed, requestsAMinute, (int)bucket.Left, TimeSpan.FromSeconds(Math.Max(0, 1 - bucket.Left) / perSecond), TimeSpan.FromSeconds((requestsAMinute - bucket.Left) / perSecond));
        }
    }

    private sealed class Bucket
    {
        public double Left { get; set; }

        public long At { get; set; }
    }
}
