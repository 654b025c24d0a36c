using System.CommandLine;
using Platform.Web.Host;

namespace Platform.Web.Commands;

/// <summary>Options that several verbs take.</summary>
internal static class SharedOptions
{
    internal static Option<DirectoryInfo?> Data(string byDefault) => new("--data") { Description = $"Folder where everything is kept (default {byDefault})." };

    internal static Option<string?> Model() => new("--model") { Description = "Chat model: a .gguf file, or hf:owner/repo/file.gguf." };

    /// <summary>Where everything is kept: the option, else what the settings or the environment say, else ./data.</summary>
    internal static string DataFolderOf(DirectoryInfo? given, params string[] settings) =>
        given?.FullName ?? DataFolderAtStart.PathOf(new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(settings).Build());

    /// <summary>The model's path; null after saying on standard error what is wrong with it.</summary>
    internal static async Task<string?> ResolveModelAsync(string wanted, string modelsDirectory, CancellationToken cancellation)
    {
        try
        {
            using var download = new ModelDownload(ModelDownload.ConfiguredHub());
            return await download.ResolveAsync(wanted, modelsDirectory, new DownloadLine(), cancellation);
        }
        catch (Exception problem) when (problem is IOException or ArgumentException or HttpRequestException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"platform: {problem.Message}");
            return null;
        }
    }

    /// <summary>Shows a download as one line that is written over.</summary>
    private sealed class DownloadLine : IProgress<(long Done, long Total)>
    {
        private long _shown = -1;

        public void Report((long Done, long Total) value)
        {
            var percent = value.Total > 0 ? value.Done * 100 / value.Total : 0;
            if (percent == _shown)
            {
                return;
            }
            _shown = percent;
            Console.Error.Write($"\rDownloading {value.Done >> 20} of {value.Total >> 20} MiB ({percent} %){(percent == 100 ? "\n" : "")}");
        }
    }
}
