using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Platform.Web.Commands;

/// <summary>Turns a model argument into a file: a path as it is, hf:owner/repo/file.gguf by downloading it once, with resume and SHA-256.</summary>
/// <remarks>Requests go to the hub's own host and its content hosts only. HF_ENDPOINT names another hub, for example a mirror in the house.</remarks>
public sealed partial class ModelDownload(Uri hub) : IDisposable
{
    private const int MaxRedirects = 5;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(15) }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>The hub that HF_ENDPOINT names, or the public one.</summary>
    public static Uri ConfiguredHub() => new(Environment.GetEnvironmentVariable("HF_ENDPOINT") is { Length: > 0 } named ? named : "https://huggingface.co");

    /// <summary>The path of the model file. Throws ArgumentException or IOException with what is wrong and what to do; a cut download is kept and goes on at the next call.</summary>
    public async Task<string> ResolveAsync(string model, string directory, IProgress<(long Done, long Total)>? progress, CancellationToken cancellation)
    {
        if (!model.StartsWith("hf:", StringComparison.Ordinal))
        {
            var path = Path.GetFullPath(model);
            return File.Exists(path) ? path : throw new IOException($"The model file {path} does not exist. Name a .gguf file, or hf:owner/repo/file.gguf.");
        }
        var match = HubName().Match(model);
        if (!match.Success || model.Contains("..", StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{model}' is not of the form hf:owner/repo/file.gguf.");
        }
        // The owner and the repository are part of the name: two files of one name are two models.
        var target = Path.Combine(directory, match.Groups["repo"].Value, match.Groups["path"].Value);
        if (File.Exists(target))
        {
            return target;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var address = new Uri($"{hub.ToString().TrimEnd('/')}/{match.Groups["repo"].Value}/resolve/main/{match.Groups["path"].Value}");
        await FetchAsync(address, target + ".part", progress, cancellation);
        File.Move(target + ".part", target);
        return target;
    }

    private async Task FetchAsync(Uri address, string part, IProgress<(long Done, long Total)>? progress, CancellationToken cancellation)
    {
        var have = File.Exists(part) ? new FileInfo(part).Length : 0;
        var (response, expected) = await GetAsync(address, have, cancellation);
        using (response)
        {
            if (response.StatusCode == HttpStatusCode.OK)
            {
                have = 0; // the server does not resume: from the start
            }
            var total = have + (response.Content.Headers.ContentLength ?? 0);
            var room = new DriveInfo(Path.GetDirectoryName(part)!).AvailableFreeSpace;
            if (total - have > room)
            {
                throw new IOException($"The model needs {(total - have) >> 20} MiB; {room >> 20} MiB are free in {Path.GetDirectoryName(part)}. Free some, or name another --data folder.");
            }
            if (response.StatusCode != HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                await CopyAsync(response, part, have, total, progress, cancellation);
            }
        }
        await VerifyAsync(part, expected, cancellation);
    }

    private static async Task CopyAsync(HttpResponseMessage response, string part, long have, long total, IProgress<(long Done, long Total)>? progress, CancellationToken cancellation)
    {
        await using var file = new FileStream(part, have == 0 ? FileMode.Create : FileMode.Append, FileAccess.Write);
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[1 << 20];
        for (int read; (read = await body.ReadAsync(buffer, cancellation)) > 0;)
        {
            await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
            have += read;
            progress?.Report((have, total));
        }
        if (response.Content.Headers.ContentLength is not null && have != total)
        {
            throw new IOException($"The download stopped at {have:N0} of {total:N0} bytes. Start it again: it goes on from there.");
        }
    }

    private static async Task VerifyAsync(string part, string? expected, CancellationToken cancellation)
    {
        if (expected is null)
        {
            return; // the hub names a hash for every large file; without one the header check at loading is what there is
        }
        await using var file = File.OpenRead(part);
        var actual = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
        if (actual != expected)
        {
            file.Close();
            File.Delete(part);
            throw new IOException($"The downloaded file's SHA-256 is {actual}; the hub says {expected}. It was deleted: start the download again.");
        }
    }

    /// <summary>Follows redirects by hand, so that each one is held against the allowed hosts; the SHA-256 is the hub's X-Linked-ETag.</summary>
    private async Task<(HttpResponseMessage Response, string? Sha256)> GetAsync(Uri address, long from, CancellationToken cancellation)
    {
        string? sha256 = null;
        for (var hop = 0; hop <= MaxRedirects; hop++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (from > 0)
            {
                request.Headers.Range = new RangeHeaderValue(from, null);
            }
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (response.Headers.TryGetValues("X-Linked-ETag", out var tags) && Sha256Tag().Match(tags.First()) is { Success: true } tag)
            {
                sha256 = tag.Groups[1].Value;
            }
            if ((int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location)
            {
                response.Dispose();
                address = Allowed(address, new Uri(address, location));
                continue;
            }
            if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                return (response, sha256);
            }
            var status = (int)response.StatusCode;
            response.Dispose();
            throw new IOException(status == 404 ? $"{hub.Host} has no file at {address.AbsolutePath}." : $"{address.Host} answered {status} for {address.AbsolutePath}.");
        }
        throw new IOException($"{hub.Host} sent more than {MaxRedirects} redirects.");
    }

    private Uri Allowed(Uri from, Uri address)
    {
        var ok = (address.Host == hub.Host && (address.Scheme == from.Scheme || address.Scheme == Uri.UriSchemeHttps))
            || (address.Scheme == Uri.UriSchemeHttps && (address.Host.EndsWith(".huggingface.co", StringComparison.OrdinalIgnoreCase) || address.Host.EndsWith(".hf.co", StringComparison.OrdinalIgnoreCase)));
        return ok ? address : throw new IOException($"The hub redirects to {address.Host}, which is not one of its own hosts, or not by https.");
    }

    public void Dispose() => _http.Dispose();

    [GeneratedRegex(@"^hf:(?<repo>[\w.-]{1,96}/[\w.-]{1,96})/(?<path>(?:[\w.-]{1,200}/){0,4}(?<file>[\w.-]{1,200}\.gguf))$")]
    private static partial Regex HubName();

    [GeneratedRegex("^(?:W/)?\"?([0-9a-f]{64})\"?$")]
    private static partial Regex Sha256Tag();
}
