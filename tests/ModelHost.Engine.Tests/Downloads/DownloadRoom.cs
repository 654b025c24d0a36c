using Microsoft.Extensions.Logging.Abstractions;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Engine.Models.Downloads;

namespace Platform.ModelHost.Engine.Tests.Downloads;

/// <summary>A model folder of its own and downloads into it, from a hub on this machine.</summary>
internal sealed class DownloadRoom : IAsyncDisposable
{
    internal const string Source = "hf:owner/repo/Seed-Chat.gguf", Id = "owner--repo--seed-chat";

    private DownloadRoom(LocalHub hub)
    {
        Hub = hub;
        Open();
    }

    internal LocalHub Hub { get; }

    internal string Folder { get; } = Directory.CreateTempSubdirectory("platform-hub-").FullName;

    internal string Target => Path.Combine(Folder, "owner", "repo", "Seed-Chat.gguf");

    /// <summary>Of models; the record of a download may be on its way to its name at any moment.</summary>
    internal string[] Parts => Directory.Exists(Path.Combine(Folder, ".downloads")) ? [.. Directory.GetFiles(Path.Combine(Folder, ".downloads"), "*.part").Where(file => Path.GetFileName(file)[0] != '.')] : [];

    internal ModelDownloads Downloads { get; private set; } = null!;

    internal ModelRegistry Registry { get; private set; } = null!;

    /// <summary>Room on the disk.</summary>
    internal Func<long> FreeBytes { get; set; } = () => long.MaxValue / 2;

    /// <summary>What is done with a file that has arrived, besides the check of its header.</summary>
    internal Func<string, CancellationToken, Task> TryOut { get; set; } = (_, _) => Task.CompletedTask;

    internal static async Task<DownloadRoom> OpenAsync() => new(await LocalHub.StartAsync());

    /// <summary>As another process finds the folder: nothing of this one is told to it.</summary>
    internal void Open()
    {
        Registry = new ModelRegistry(new ModelFolder(Folder), null);
        Downloads = new ModelDownloads(Registry, HubRequests.Of(Hub.Address, null, TimeProvider.System), new DownloadSurroundings(TimeProvider.System, _ => FreeBytes(), _ => TimeSpan.Zero, (path, cancellation) => TryOut(path, cancellation)), NullLogger.Instance);
    }

    /// <summary>Starts the usual source and waits for its end.</summary>
    internal async Task<ModelDownload> DownloadAsync()
    {
        var started = Downloads.Start(Source);
        return await UntilAsync(started.Id, state => state.IsFinished);
    }

    internal async Task<ModelDownload> UntilAsync(string id, Func<ModelDownload, bool> holds)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromMinutes(1));
        await foreach (var state in Downloads.FollowAsync(id, deadline.Token))
        {
            if (holds(state)) { return state; }
        }
        throw new InvalidOperationException($"The download ended as {Downloads.Find(id)} before.");
    }

    public async ValueTask DisposeAsync()
    {
        await Downloads.DisposeAsync();
        await Registry.DisposeAsync();
        await Hub.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
