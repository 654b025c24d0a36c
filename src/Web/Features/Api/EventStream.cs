using System.Runtime.CompilerServices;
using System.Text.Json;
using Platform.Agents.Runs;
using Platform.Web.Host;

namespace Platform.Web.Features.Api;

/// <summary>Server-sent events to a program.</summary>
internal static class EventStream
{
    /// <summary>A comment that keeps proxies from closing a quiet line.</summary>
    public const string Ping = ": ping\n\n";

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);

    /// <summary>Sends the head of the answer: from here on no status can be told.</summary>
    public static async Task BeginAsync(HttpContext http)
    {
        http.Response.ContentType = "text/event-stream; charset=utf-8";
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    /// <summary>Sends parts as they are written.</summary>
    public static async Task SendAsync(HttpContext http, string part)
    {
        await http.Response.WriteAsync(part, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    /// <summary>One event without a name, as chat completions have them.</summary>
    public static string Data<T>(T body) => $"data: {JsonSerializer.Serialize(body, RunJson.Options)}\n\n";

    /// <summary>The error that ends a stream that had begun.</summary>
    public static string Error(HttpContext http, Problem problem) => Data(Problems.Body(http, problem));

    /// <summary>The items, and a default one for every quarter of a minute without any.</summary>
    public static async IAsyncEnumerable<T?> WithPausesAsync<T>(IAsyncEnumerable<T> items, TimeProvider time, [EnumeratorCancellation] CancellationToken gone) where T : class
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(gone);
        await using var reader = items.GetAsyncEnumerator(leaving.Token);
        var next = reader.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                await ((Task)next).WaitAsync(Quiet, time, gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                gone.ThrowIfCancellationRequested();
                if (!next.IsCompleted)
                {
                    yield return null;
                    continue;
                }
                if (!await next)
                {
                    yield break;
                }
                yield return reader.Current;
                next = reader.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // An enumerator may only be let go at rest. Where a write failed the next event may be far off: give up waiting for it.
            await leaving.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
