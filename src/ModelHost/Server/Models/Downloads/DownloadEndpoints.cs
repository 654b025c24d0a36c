using System.Runtime.CompilerServices;
using Platform.ModelHost.Engine.Models.Downloads;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Streams;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Models.Downloads;

/// <summary>`/v1/downloads`: start, list, follow, cancel and forget downloads of model files.</summary>
internal static class DownloadEndpoints
{
    private static readonly StreamManner Manner = new(problem => StreamItem.Of(ErrorBody.Of(problem), ServerJson.Wire.ErrorBody), EndsWithDone: false);

    public static void MapDownloads(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/downloads", ListAsync).WithMetadata(new AdminOnly());
        app.MapPost("/v1/downloads", StartAsync).WithMetadata(new AdminOnly());
        app.MapGet("/v1/downloads/{id}", GetAsync).WithMetadata(new AdminOnly());
        app.MapDelete("/v1/downloads/{id}", DeleteAsync).WithMetadata(new AdminOnly());
        app.MapGet("/v1/downloads/{id}/events", FollowAsync).WithMetadata(new AdminOnly());
        app.MapPost("/v1/downloads/{id}/cancel", CancelAsync).WithMetadata(new AdminOnly());
    }

    public static DownloadBody Of(ModelDownload download) => new(
        download.Id, "model.download", download.Source, download.ModelId, download.Status.ToString().ToLowerInvariant(), download.BytesDone, download.BytesTotal, download.BytesPerSecond, download.Sha256,
        download is { ErrorCode: { } code, ErrorMessage: { } message } ? new DownloadErrorBody(code, message) : null, download.CreatedAt.ToUnixTimeSeconds(), download.FinishedAt?.ToUnixTimeSeconds());

    private static Task ListAsync(HttpContext http, EngineHost host) =>
        http.WriteJsonAsync(new DownloadListBody("list", [.. host.Engine.Downloads.All.Select(Of)]), ServerJson.Wire.DownloadListBody);

    private static async Task StartAsync(HttpContext http, EngineHost host)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.StartDownloadRequest);
        var started = host.Engine.Downloads.Start(request.Source);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
        await TellAsync(http, started);
    }

    private static Task GetAsync(HttpContext http, EngineHost host, string id) => TellAsync(http, host.Engine.Downloads.Find(id) ?? throw Unknown(id));

    private static async Task CancelAsync(HttpContext http, EngineHost host, string id) => await TellAsync(http, await host.Engine.Downloads.CancelAsync(id) ?? throw Unknown(id));

    private static async Task DeleteAsync(HttpContext http, EngineHost host, string id)
    {
        if (!await host.Engine.Downloads.RemoveAsync(id))
        {
            throw Unknown(id);
        }

        await http.WriteJsonAsync(new DownloadDeleted(id, "model.download", true), ServerJson.Wire.DownloadDeleted);
    }

    private static async Task FollowAsync(HttpContext http, EngineHost host, ServerOptions options, TimeProvider time, string id)
    {
        _ = host.Engine.Downloads.Find(id) ?? throw Unknown(id);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.Drained);
        await new EventStream(http, options, time, Manner, ex => Problems.Describe(http, ex)).WriteAsync(EventsAsync(host.Engine.Downloads, id, ending.Token), ending.Token);
    }

    private static async IAsyncEnumerable<StreamItem> EventsAsync(ModelDownloads downloads, string id, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var state in downloads.FollowAsync(id, cancellation))
        {
            yield return StreamItem.Of(Of(state), ServerJson.Wire.DownloadBody);
        }
    }

    private static Task TellAsync(HttpContext http, ModelDownload download) => http.WriteJsonAsync(Of(download), ServerJson.Wire.DownloadBody);

    private static RequestRefused Unknown(string id) => new(new Problem(404, "invalid_request_error", "not_found", $"There is no download '{id}'. GET /v1/downloads lists them.", "id"));
}
