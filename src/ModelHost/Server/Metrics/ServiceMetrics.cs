using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Server.Metrics;

/// <summary>What the service counts while it runs. Labels are routes and status codes only: nothing that a caller wrote gets in.</summary>
internal sealed class ServiceMetrics
{
    private long _running, _promptTokens, _cachedTokens, _generatedTokens;

    public ConcurrentDictionary<(string Method, string Route, int Status), long> Requests { get; } = new();

    public ConcurrentDictionary<string, Histogram> RequestSeconds { get; } = new();

    public Histogram QueueSeconds { get; } = new();

    public Histogram PromptSeconds { get; } = new();

    public Histogram GenerationSeconds { get; } = new();

    /// <summary>Requests that generate or wait to.</summary>
    public long Running => Interlocked.Read(ref _running);

    public long PromptTokens => Interlocked.Read(ref _promptTokens);

    public long CachedTokens => Interlocked.Read(ref _cachedTokens);

    public long GeneratedTokens => Interlocked.Read(ref _generatedTokens);

    public void Answered(string method, string route, int status, TimeSpan duration)
    {
        Requests.AddOrUpdate((method, route, status), 1, (_, count) => count + 1);
        RequestSeconds.GetOrAdd(route, _ => new Histogram()).Add(duration);
    }

    /// <summary>Passes the events of a generation on and counts them.</summary>
    public async IAsyncEnumerable<GenerationEvent> CountAsync(IAsyncEnumerable<GenerationEvent> events, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Interlocked.Increment(ref _running);
        try
        {
            await foreach (var step in events.WithCancellation(cancellation))
            {
                if (step is GenerationFinished { Usage: var usage })
                {
                    Count(usage, isFirst: step.Candidate == 0);
                }

                yield return step;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private void Count(GenerationUsage usage, bool isFirst)
    {
        Interlocked.Add(ref _generatedTokens, usage.CompletionTokens);
        GenerationSeconds.Add(usage.Generation);
        if (isFirst) // the prompt is read once for all answers
        {
            Interlocked.Add(ref _promptTokens, usage.PromptTokens);
            Interlocked.Add(ref _cachedTokens, usage.CachedTokens);
            QueueSeconds.Add(usage.Queued);
            PromptSeconds.Add(usage.Prompt);
        }
    }
}
