using System.Net;
using System.Security.Cryptography;

namespace Platform.EndToEnd.Tests;

/// <summary>`--model hf:…` against a hub on this machine that speaks the same protocol: redirects, ranges, hashes, cut connections.</summary>
public sealed class ModelDownloadTests
{
    private const string Name = "hf:owner/repo/seed-chat.gguf";
    private static readonly byte[] Model = File.ReadAllBytes(Path.Combine(Repository.Root, "models", "seed-chat.gguf"));

    [Fact]
    public async Task A_download_that_was_cut_goes_on_where_it_stopped()
    {
        await using var hub = new Hub { CutAfter = 1_000_000 };
        var folder = Directory.CreateTempSubdirectory("e2e-hub-").FullName;
        var (code, error) = await hub.AskAsync(folder);
        Assert.True(code == 0, error);
        Assert.Contains("(100 %)", error, StringComparison.Ordinal);
        Assert.InRange(hub.LastRangeFrom, 1, 1_000_000);
        Assert.Equal(Model, await File.ReadAllBytesAsync(Path.Combine(folder, "models", "owner", "repo", "seed-chat.gguf"), TestContext.Current.CancellationToken));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_file_whose_hash_is_not_the_hubs_is_deleted()
    {
        await using var hub = new Hub { Hash = new string('0', 64) };
        var folder = Directory.CreateTempSubdirectory("e2e-hub-").FullName;
        var (code, error) = await hub.AskAsync(folder);
        Assert.Equal(1, code);
        Assert.Contains("SHA-256", error, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.Combine(folder, "models"), "*", SearchOption.AllDirectories), file => file.EndsWith(".gguf", StringComparison.Ordinal) || file.EndsWith(".part", StringComparison.Ordinal));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_redirect_to_a_foreign_host_is_refused()
    {
        await using var hub = new Hub { RedirectTo = "http://elsewhere.example/model.gguf" };
        var folder = Directory.CreateTempSubdirectory("e2e-hub-").FullName;
        var (code, error) = await hub.AskAsync(folder);
        Assert.Equal(1, code);
        Assert.Contains("elsewhere.example", error, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    private sealed class Hub : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly Task _serving;
        private readonly string _address = $"http://127.0.0.1:{RunningPlatform.FreePort()}";

        internal Hub()
        {
            _listener.Prefixes.Add($"{_address}/");
            _listener.Start();
            _serving = ServeAsync();
        }

        internal int? CutAfter { get; set; }

        internal string Hash { get; init; } = Convert.ToHexStringLower(SHA256.HashData(Model));

        internal string? RedirectTo { get; init; }

        internal long LastRangeFrom { get; private set; }

        internal async Task<(int Code, string Error)> AskAsync(string data)
        {
            var docs = Directory.CreateTempSubdirectory("e2e-docs-").FullName;
            await File.WriteAllTextAsync(Path.Combine(docs, "note.md"), "The lamp is green.", TestContext.Current.CancellationToken);
            var (code, _, error) = await TerminalTests.RunAsync([("HF_ENDPOINT", _address)], "ask", "--docs", docs, "--data", data, "--model", Name, "What colour is the lamp?");
            Directory.Delete(docs, recursive: true);
            return (code, error);
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
            _listener.Close();
        }

        private async Task ServeAsync()
        {
            while (_listener.IsListening)
            {
                HttpListenerContext call;
                try
                {
                    call = await _listener.GetContextAsync();
                }
                catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }
                await AnswerAsync(call);
            }
        }

        private async Task AnswerAsync(HttpListenerContext call)
        {
            var response = call.Response;
            if (call.Request.Url!.AbsolutePath.StartsWith("/owner/repo/resolve/", StringComparison.Ordinal))
            {
                response.StatusCode = 302;
                response.Headers["X-Linked-ETag"] = $"\"{Hash}\"";
                response.RedirectLocation = RedirectTo ?? $"{_address}/content/model";
                response.Close();
                return;
            }
            var from = call.Request.Headers["Range"] is { } range ? int.Parse(range["bytes=".Length..^1], System.Globalization.CultureInfo.InvariantCulture) : 0;
            LastRangeFrom = from;
            response.StatusCode = from > 0 ? 206 : 200;
            response.ContentLength64 = Model.Length - from;
            response.Headers["ETag"] = "\"1\"";
            if (from > 0)
            {
                response.Headers["Content-Range"] = $"bytes {from}-{Model.Length - 1}/{Model.Length}";
            }
            if (CutAfter is { } cut)
            {
                CutAfter = null; // the next request is answered well
                await response.OutputStream.WriteAsync(Model.AsMemory(from, cut));
                await response.OutputStream.FlushAsync();
                response.Abort();
                return;
            }
            await response.OutputStream.WriteAsync(Model.AsMemory(from));
            response.Close();
        }
    }
}
