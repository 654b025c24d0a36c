using System.Globalization;
using System.Net;
using System.Security.Cryptography;

namespace Platform.EndToEnd.Tests;

/// <summary>A hub on this machine that speaks the protocol of the public one: redirects, ranges, hashes; and its faults: cut connections, wrong hashes, long waits. Every file of owner/repo is the seed model.</summary>
internal sealed class LocalHub : IAsyncDisposable
{
    internal static readonly byte[] Model = File.ReadAllBytes(Path.Combine(Repository.Root, "models", "seed-chat.gguf"));

    private readonly HttpListener _listener = new();
    private readonly List<Task> _answers = [];
    private readonly CancellationTokenSource _stopped = new();
    private readonly Task _serving;

    internal LocalHub()
    {
        _listener.Prefixes.Add($"{Address}/");
        _listener.Start();
        _serving = ServeAsync();
    }

    internal string Address { get; } = $"http://127.0.0.1:{RunningPlatform.FreePort()}";

    /// <summary>Bytes after which a connection is cut.</summary>
    internal int? CutAfter { get; set; }

    /// <summary>What the second half of a file waits for.</summary>
    internal Task Half { get; set; } = Task.CompletedTask;

    internal static string TrueHash { get; } = Convert.ToHexStringLower(SHA256.HashData(Model));

    internal string Hash { get; init; } = TrueHash;

    internal string? RedirectTo { get; init; }

    internal long LastRangeFrom { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync(); // a test that failed has let no half go on
        _listener.Stop();
        await _serving;
        await Task.WhenAll(_answers);
        _listener.Close();
        _stopped.Dispose();
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                _answers.Add(AnswerAsync(await _listener.GetContextAsync()));
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext call)
    {
        var response = call.Response;
        try
        {
            if (call.Request.Url!.AbsolutePath.StartsWith("/owner/repo/resolve/", StringComparison.Ordinal))
            {
                response.StatusCode = 302;
                response.Headers["X-Linked-ETag"] = $"\"{Hash}\"";
                response.Headers["X-Linked-Size"] = Model.Length.ToString(CultureInfo.InvariantCulture);
                response.RedirectLocation = RedirectTo ?? $"{Address}/content/model";
            }
            else if (call.Request.Url.AbsolutePath == "/content/model")
            {
                await SendAsync(call);
            }
            else
            {
                response.StatusCode = 404;
            }
            response.Close();
        }
        catch (Exception gone) when (gone is HttpListenerException or ObjectDisposedException or IOException or OperationCanceledException)
        {
            response.Abort(); // whoever asked has left, or all is over
        }
    }

    private async Task SendAsync(HttpListenerContext call)
    {
        var response = call.Response;
        var from = call.Request.Headers["Range"] is { } range ? int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture) : 0;
        LastRangeFrom = from;
        response.StatusCode = from > 0 ? 206 : 200;
        if (from > 0)
        {
            response.Headers["Content-Range"] = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{Model.Length - 1}/{Model.Length}");
        }
        response.ContentLength64 = Model.Length - from;
        response.Headers["ETag"] = "\"1\"";
        if (CutAfter is { } cut)
        {
            CutAfter = null; // the next request is answered well
            await response.OutputStream.WriteAsync(Model.AsMemory(from, cut));
            await response.OutputStream.FlushAsync();
            response.Abort();
            return;
        }
        var half = (Model.Length - from) / 2;
        await response.OutputStream.WriteAsync(Model.AsMemory(from, half));
        await response.OutputStream.FlushAsync();
        await Half.WaitAsync(_stopped.Token);
        await response.OutputStream.WriteAsync(Model.AsMemory(from + half));
    }
}
