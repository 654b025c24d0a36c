using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Platform.ModelHost.Engine.Tests.Downloads;

/// <summary>A hub on this machine that speaks the public hub's protocol, well or badly: /owner/repo/resolve/main/file redirects to the content and names its hash; the content comes in ranges.</summary>
internal sealed class LocalHub : IAsyncDisposable
{
    private readonly WebApplication app;

    private LocalHub(WebApplication app) => this.app = app;

    internal Uri Address => new(app.Urls.First());

    internal byte[] Content { get; set; } = File.ReadAllBytes(SeedModels.ChatFile);

    /// <summary>The hash that is named; null names none.</summary>
    internal string? Hash { get; set; } = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(SeedModels.ChatFile)));

    internal string ETag { get; set; } = "\"one\"";

    /// <summary>Answers 200 with everything, whatever range is asked for.</summary>
    internal bool IgnoresRanges { get; set; }

    /// <summary>Answers 206 although the state of the file is another one.</summary>
    internal bool IgnoresIfRange { get; set; }

    /// <summary>Where each request for the content is cut; when there is none left, the next comes whole.</summary>
    internal ConcurrentQueue<int> Cuts { get; } = new();

    /// <summary>Sends so many bytes and then nothing more, with the connection open; null sends all.</summary>
    internal int? StallsAt { get; set; }

    /// <summary>Answers in place of the hub; false lets the hub answer.</summary>
    internal Func<HttpContext, bool>? Instead { get; set; }

    /// <summary>Path, range and condition of every request so far.</summary>
    internal ConcurrentQueue<(string Path, string Range, string IfRange)> Requests { get; } = new();

    internal IEnumerable<(string Path, string Range, string IfRange)> ContentRequests => Requests.Where(r => r.Path.StartsWith("/content/", StringComparison.Ordinal));

    internal static async Task<LocalHub> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var hub = new LocalHub(app);
        app.Run(hub.AnswerAsync);
        await app.StartAsync();
        return hub;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(0);
        await app.StopAsync(now.Token); // stalled answers are let go
        await app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        Requests.Enqueue((http.Request.Path, http.Request.Headers.Range.ToString(), http.Request.Headers.IfRange.ToString()));
        if (Instead?.Invoke(http) == true) { return; }
        if (!http.Request.Path.StartsWithSegments("/content"))
        {
            if (Hash is not null) { http.Response.Headers["X-Linked-ETag"] = $"\"{Hash}\""; }
            http.Response.StatusCode = 302;
            http.Response.Headers.Location = "/content/1?signature=secret";
            return;
        }
        http.Response.Headers.ETag = ETag;
        var sameState = IgnoresIfRange || http.Request.Headers.IfRange.Count == 0 || http.Request.Headers.IfRange == ETag;
        var from = !IgnoresRanges && sameState && http.Request.Headers.Range.ToString() is { Length: > 0 } range ? int.Parse(range["bytes=".Length..^1], System.Globalization.CultureInfo.InvariantCulture) : 0;
        if (from >= Content.Length)
        {
            http.Response.StatusCode = 416;
            http.Response.Headers.ContentRange = $"bytes */{Content.Length}";
            return;
        }
        http.Response.StatusCode = from > 0 ? 206 : 200;
        http.Response.ContentLength = Content.Length - from;
        if (from > 0) { http.Response.Headers.ContentRange = $"bytes {from}-{Content.Length - 1}/{Content.Length}"; }
        var end = Cuts.TryDequeue(out var cut) ? Math.Max(cut, from) : StallsAt is { } stall ? Math.Max(stall, from) : Content.Length;
        await http.Response.Body.WriteAsync(Content.AsMemory(from, end - from), http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        if (end == Content.Length) { return; }
        if (StallsAt is not null) { await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); }
        http.Abort();
    }
}
