using System.Globalization;
using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;

namespace Platform.Web.Commands;

/// <summary>`--model hf:owner/repo/file.gguf`: the model host downloads it, once, while the terminal shows how far it is; then it is loaded and answers.</summary>
internal static class HubModel
{
    /// <summary>The setting that names a hub's model to be taken up at the start.</summary>
    internal const string Setting = "Models:Source";

    internal static bool IsNamed(string model) => model.StartsWith("hf:", StringComparison.Ordinal);

    /// <summary>False after saying on standard error why it does not answer.</summary>
    internal static async Task<bool> TakeUpAsync(string source, ModelAdmin models, CancellationToken cancellation)
    {
        try
        {
            var download = await DownloadAsync(source, models, cancellation);
            if (download.State != ModelDownloadState.Completed)
            {
                await Console.Error.WriteLineAsync($"platform: {download.ErrorMessage ?? $"the download of {source} was cancelled."}");
                return false;
            }
            await models.LoadAsync(download.Model, cancellation);
            await models.ChooseAsync(download.Model, cancellation);
            return true;
        }
        catch (ModelHostException problem)
        {
            await Console.Error.WriteLineAsync($"platform: {problem.Message}");
            return false;
        }
    }

    private static async Task<ModelDownload> DownloadAsync(string source, ModelAdmin models, CancellationToken cancellation)
    {
        var line = new StatusLine(Console.Error);
        line.Show($"Asking the hub for {source}…"); // one that is away is tried for a minute
        try
        {
            var download = await models.StartDownloadAsync(source, cancellation);
            if (!download.IsFinished)
            {
                await foreach (var state in models.FollowDownloadAsync(download.Id, cancellation))
                {
                    download = state;
                    line.Show(Told(state));
                }
            }
            return download; // it may have lain there already
        }
        finally
        {
            line.End(); // what follows, a refusal as well, has a line of its own
        }
    }

    internal static string Told(ModelDownload state) => state switch
    {
        { IsFinished: false, ErrorMessage: { } trouble } => $"{trouble} Trying again…",
        { State: ModelDownloadState.Queued } => "Waiting for another download to end",
        { State: ModelDownloadState.Verifying or ModelDownloadState.Trying } => "Checking what arrived",
        { BytesTotal: > 0 and var total } => string.Create(CultureInfo.InvariantCulture, $"Downloading {state.BytesDone >> 20} of {total >> 20} MiB ({state.BytesDone * 100 / total} %)"),
        { BytesDone: > 0 } => string.Create(CultureInfo.InvariantCulture, $"Downloading {state.BytesDone >> 20} MiB"),
        _ => $"Asking the hub for {state.Source}…",
    };
}
