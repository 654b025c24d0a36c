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
        var download = await models.StartDownloadAsync(source, cancellation);
        if (download.IsFinished)
        {
            return download; // it lies there already
        }
        var shown = "";
        await foreach (var state in models.FollowDownloadAsync(download.Id, cancellation))
        {
            download = state;
            var line = Line(state);
            if (line != shown)
            {
                Console.Error.Write("\r" + line.PadRight(shown.Length)); // one line, written over
                shown = line;
            }
        }
        Console.Error.WriteLine();
        return download;
    }

    private static string Line(ModelDownload state) => state.BytesTotal is > 0 and var total
        ? string.Create(CultureInfo.InvariantCulture, $"Downloading {state.BytesDone >> 20} of {total >> 20} MiB ({state.BytesDone * 100 / total} %)")
        : string.Create(CultureInfo.InvariantCulture, $"Downloading {state.BytesDone >> 20} MiB");
}
