using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Platform.Retrieval.Access;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Index;
using Platform.Retrieval.Index.Embedded;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Tests.Ingest;

/// <summary>
/// Fault 4 on a file system that is really small: the test program starts itself as a child that has a tmpfs of its own (a mount namespace: nothing of it is left behind, and no
/// rights are needed where people may make one). Where that is not allowed, the index refuses writes as a full disk does.
/// </summary>
public sealed class DiskFullTests : IDisposable
{
    private const int DiskBytes = 12 << 20;
    private static readonly string[] Namespace = Environment.IsPrivilegedProcess ? ["-m"] : ["-r", "-m"];

    private readonly TempFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk_is_the_cause_and_nothing_is_lost_and_a_retry_works_after_space_is_made_fault_4()
    {
        string mount = $"mount -t tmpfs -o size={DiskBytes} tmpfs '{_folder.Path}'";
        bool small = await EndsAsync("unshare", [.. Namespace, "sh", "-c", mount]) is (0, _);
        (int code, string errors) = small
            ? await EndsAsync("unshare", [.. Namespace, "sh", "-c", $"{mount} && exec \"$@\"", "sh", .. ChildProgram.Command("fill-disk", _folder.Path, "real")])
            : await EndsAsync(ChildProgram.Command("fill-disk", _folder.Path, "told")[0], ChildProgram.Command("fill-disk", _folder.Path, "told")[1..]);
        Assert.True(code == 0, errors);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>What the child does.</summary>
    internal static async Task FillAsync(string folder, bool real)
    {
        bool full = false;
        await using Room room = await Room.OpenAsync(new DataFolder(folder), change: services => services.AddSingleton<IPassageIndex>(provider => TellingIndex.Around(
            new EmbeddedPassageIndex(provider.GetRequiredService<DataFolder>()), _ => full && !real ? throw new SqliteException("database or disk is full", 13) : Task.CompletedTask)));
        Caller ada = Room.Ada;
        Guid baseId = (await room.NewBaseAsync(ada)).Id;
        DocumentInfo kept = await room.AddReadyAsync(ada, baseId, "kept.txt", "Everyone has thirty days of leave a year.");
        DocumentInfo unwanted = await room.AddReadyAsync(ada, baseId, "unwanted.txt", "The canteen opens at noon.");

        full = true;
        string large = string.Concat(Enumerable.Range(0, 8).Select(version => KilledText.Make("large.txt", version)));
        string ballast = Path.Combine(folder, "ballast");
        if (real)
        {
            Fill(ballast, folder, leave: 64 << 10);
            IngestException refused = await Assert.ThrowsAsync<IngestException>(() => room.AddAsync(ada, baseId, "refused.txt", large));
            Assert.Equal(IngestError.NoSpace, refused.Error);
            Assert.Empty(Directory.GetFiles(Path.Combine(folder, "files", "incoming")));
            Fill(ballast, folder, leave: 480 << 10); // room for the file, not for its passages
        }

        DocumentInfo added = (await room.AddAsync(ada, baseId, "large.txt", large)).Document!;
        DocumentInfo failed = await room.WaitAsync(added.Id, DocumentState.Failed);
        Assert.Equal(nameof(IngestError.NoSpace), failed.ErrorCode);
        Assert.Equal(2, await room.PassagesAsync());
        Assert.Equal(kept.Id, (await room.Search.SearchAsync(ada, new("days of leave", [baseId]), default)).Hits[0].Passage.DocumentId);
        await room.Documents.DeleteAsync(ada, unwanted.Id, default);
        Assert.Equal(1, await room.PassagesAsync());

        full = false;
        File.Delete(ballast);
        await room.Documents.RetryAsync(ada, added.Id, default);
        DocumentInfo ready = await room.WaitAsync(added.Id, DocumentState.Ready);
        Assert.Equal(1 + ready.Passages, await room.PassagesAsync());
        Assert.Equal(2, (await room.Documents.ListAsync(ada, baseId, default)).Count);
        Assert.NotEmpty((await room.Search.SearchAsync(ada, new("paragraph 7 of large", [baseId]), default)).Hits);
        foreach (string database in Directory.GetFiles(Path.Combine(folder, "db"), "*.db"))
        {
            await using SqliteConnection connection = new($"Data Source={database}");
            await connection.OpenAsync();
            await using SqliteCommand check = connection.CreateCommand();
            check.CommandText = "PRAGMA integrity_check";
            Assert.Equal("ok", await check.ExecuteScalarAsync());
        }
    }

    /// <summary>Takes all that is free but the rest to leave.</summary>
    private static void Fill(string ballast, string folder, int leave)
    {
        File.Delete(ballast);
        using FileStream file = new(ballast, FileMode.Create);
        file.Write(new byte[new DriveInfo(folder).AvailableFreeSpace - leave]);
    }

    private static async Task<(int Code, string Errors)> EndsAsync(string program, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string errors = await process.StandardError.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        return (process.ExitCode, errors);
    }
}
