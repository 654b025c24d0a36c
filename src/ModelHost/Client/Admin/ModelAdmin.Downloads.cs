using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Platform.ModelHost.Client.Http;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client.Admin;

/// <summary>Downloads of model files, which the service does and keeps.</summary>
public sealed partial class ModelAdmin
{
    /// <summary>Every download that is known, the newest first.</summary>
    public async Task<IReadOnlyList<ModelDownload>> DownloadsAsync(CancellationToken cancellation) =>
        [.. ((await _http.GetAsync("/v1/downloads", ClientJson.Default.DownloadListBody, cancellation)).Data ?? []).Select(download => download.ToDownload())];

    /// <summary>Starts hf:owner/repo/file.gguf, or returns the download of it that runs; one that was cut off goes on where it stopped.</summary>
    public async Task<ModelDownload> StartDownloadAsync(string source, CancellationToken cancellation) =>
        (await _http.PostAsync("/v1/downloads", new JsonObject { ["source"] = source }, ClientJson.Default.DownloadBody, cancellation)).ToDownload();

    /// <summary>A download as it is now.</summary>
    public async Task<ModelDownload> DownloadAsync(string id, CancellationToken cancellation) =>
        (await _http.GetAsync(Path(id), ClientJson.Default.DownloadBody, cancellation)).ToDownload();

    /// <summary>The states of a download, the present one first, to the last. A service that ends meanwhile throws ModelHostException (StreamBroken).</summary>
    public async IAsyncEnumerable<ModelDownload> FollowDownloadAsync(string id, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var events = await _http.StreamAsync(Path(id) + "/events", cancellation);
        while (true)
        {
            var item = await events.NextAsync();
            if (item.IsComment)
            {
                continue;
            }

            var state = EventBody.Read(item.Text, ClientJson.Default.DownloadBody, body => body.Id is not null).ToDownload();
            if (state.State == ModelDownloadState.Completed)
            {
                _pool.Forget(); // there is one model more
            }

            yield return state;
            if (state.IsFinished)
            {
                yield break;
            }
        }
    }

    /// <summary>Stops a download; what has arrived is kept.</summary>
    public async Task<ModelDownload> CancelDownloadAsync(string id, CancellationToken cancellation) =>
        (await _http.PostAsync(Path(id) + "/cancel", [], ClientJson.Default.DownloadBody, cancellation)).ToDownload();

    /// <summary>Stops a download and deletes what has arrived of it; a model that is complete stays.</summary>
    public Task RemoveDownloadAsync(string id, CancellationToken cancellation) => _http.DeleteAsync(Path(id), cancellation);

    private static string Path(string id) => "/v1/downloads/" + Uri.EscapeDataString(id);
}
