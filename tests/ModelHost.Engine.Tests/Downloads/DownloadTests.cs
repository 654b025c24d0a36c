using System.Security.Cryptography;
using Platform.ModelHost.Engine.Models.Downloads;

namespace Platform.ModelHost.Engine.Tests.Downloads;

/// <summary>Downloads that arrive: with resume, through cuts, over restarts.</summary>
public sealed class DownloadTests
{
    [Fact]
    public async Task A_file_arrives_under_its_name_with_its_hash_and_is_not_fetched_again()
    {
        await using var room = await DownloadRoom.OpenAsync();
        Assert.Empty(room.Hub.Requests); // nothing leaves unasked
        var done = await room.DownloadAsync();
        Assert.Equal((DownloadStatus.Completed, DownloadRoom.Id, room.Hub.Hash, (long)room.Hub.Content.Length, (long?)room.Hub.Content.Length), (done.Status, done.ModelId, done.Sha256, done.BytesDone, done.BytesTotal));
        Assert.Equal(room.Hub.Content, await File.ReadAllBytesAsync(room.Target, TestContext.Current.CancellationToken));
        Assert.Equal([(DownloadRoom.Id, room.Target)], room.Registry.Folder.Files);
        Assert.Equal(room.Hub.Hash, room.Registry.KnownHash(room.Target)); // without hashing it once more
        Assert.Empty(room.Parts);
        Assert.Equal(DownloadStatus.Completed, (await room.DownloadAsync()).Status);
        Assert.Single(room.Hub.ContentRequests);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000, 1001, 70_000)]
    [InlineData(2_000_000, 4_000_000, 5_000_000)]
    [InlineData(5_594_463)]
    [InlineData(100_000, 200_000, 300_000, 400_000, 500_000, 600_000, 700_000, 800_000)] // more than tries in vain are allowed
    public async Task A_connection_that_is_cut_goes_on_from_there(params int[] cuts)
    {
        await using var room = await DownloadRoom.OpenAsync();
        foreach (var cut in cuts) { room.Hub.Cuts.Enqueue(cut); }
        var done = await room.DownloadAsync();
        Assert.True(done.Status == DownloadStatus.Completed, done.ErrorMessage);
        Assert.Equal(room.Hub.Content, await File.ReadAllBytesAsync(room.Target, TestContext.Current.CancellationToken));
        Assert.Equal(cuts.Length + 1, room.Hub.ContentRequests.Count());
        Assert.All(room.Hub.ContentRequests.Where(r => r.Range.Length > 0), r => Assert.Equal("\"one\"", r.IfRange));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_changed_between_two_parts_starts_anew(bool hubIgnoresTheCondition)
    {
        await using var room = await DownloadRoom.OpenAsync();
        room.Hub.StallsAt = 1_000_000;
        var id = room.Downloads.Start(DownloadRoom.Source).Id;
        await room.UntilAsync(id, state => state.BytesDone == 1_000_000);
        await room.Downloads.CancelAsync(id);
        (room.Hub.StallsAt, room.Hub.ETag, room.Hub.IgnoresIfRange) = (null, "\"two\"", hubIgnoresTheCondition);
        (room.Hub.Content, room.Hub.Hash) = (File.ReadAllBytes(SeedModels.EmbedFile), Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(SeedModels.EmbedFile))));
        var done = await room.DownloadAsync();
        Assert.True(done.Status == DownloadStatus.Completed, done.ErrorMessage);
        Assert.Equal(room.Hub.Content, await File.ReadAllBytesAsync(room.Target, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_hub_that_sends_everything_again_is_read_from_the_beginning()
    {
        await using var room = await DownloadRoom.OpenAsync();
        room.Hub.IgnoresRanges = true;
        room.Hub.Cuts.Enqueue(1_000_000);
        Assert.Equal(DownloadStatus.Completed, (await room.DownloadAsync()).Status);
        Assert.Equal(room.Hub.Content, await File.ReadAllBytesAsync(room.Target, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Cancelling_keeps_what_arrived_and_a_new_start_goes_on_there()
    {
        await using var room = await DownloadRoom.OpenAsync();
        room.Hub.StallsAt = 3_000_000;
        var id = room.Downloads.Start(DownloadRoom.Source).Id;
        Assert.Equal(id, room.Downloads.Start(DownloadRoom.Source).Id); // the one that runs
        await room.UntilAsync(id, state => state.BytesDone == 3_000_000);
        var cancelled = await room.Downloads.CancelAsync(id);
        Assert.Equal((DownloadStatus.Cancelled, 3_000_000L, null), (cancelled!.Status, cancelled.BytesDone, cancelled.ErrorCode));
        Assert.Single(room.Parts);
        Assert.False(File.Exists(room.Target));
        Assert.Single(room.Hub.ContentRequests); // two starts, one request
        room.Hub.StallsAt = null;
        Assert.Equal(DownloadStatus.Completed, (await room.DownloadAsync()).Status);
        Assert.Equal("bytes=3000000-", room.Hub.ContentRequests.Last().Range);
        Assert.Equal(room.Hub.Content, await File.ReadAllBytesAsync(room.Target, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_restart_what_was_cut_off_is_shown_and_goes_on(bool killed)
    {
        await using var room = await DownloadRoom.OpenAsync();
        room.Hub.StallsAt = 3_000_000;
        var id = room.Downloads.Start(DownloadRoom.Source).Id;
        await room.UntilAsync(id, state => state.BytesDone == 3_000_000);
        var first = room.Downloads;
        if (!killed) { await first.DisposeAsync(); }
        room.Open(); // after a kill the journal says "downloading" still
        var found = Assert.Single(room.Downloads.All);
        Assert.Equal((DownloadStatus.Failed, "interrupted", 3_000_000L), (found.Status, found.ErrorCode, found.BytesDone));
        await first.DisposeAsync();
        room.Hub.StallsAt = null;
        Assert.Equal(DownloadStatus.Completed, (await room.DownloadAsync()).Status);
        Assert.Equal("bytes=3000000-", room.Hub.ContentRequests.Last().Range);
        Assert.Equal(room.Hub.Content, await File.ReadAllBytesAsync(room.Target, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Two_run_at_a_time_and_the_third_waits_for_a_place()
    {
        await using var room = await DownloadRoom.OpenAsync();
        room.Hub.StallsAt = 1000;
        string[] names = ["a", "b", "c"];
        var ids = names.Select(name => room.Downloads.Start($"hf:owner/repo/{name}.gguf").Id).ToArray();
        var running = new List<string>();
        foreach (var _ in ids.Take(2)) { running.Add(await FirstRunningAsync(room, ids.Except(running))); }
        var waiting = ids.Except(running).Single();
        Assert.Equal(DownloadStatus.Queued, room.Downloads.Find(waiting)!.Status);
        await room.Downloads.CancelAsync(running[0]);
        await room.UntilAsync(waiting, state => state.BytesDone == 1000);
        Assert.Equal(DownloadStatus.Downloading, room.Downloads.Find(running[1])!.Status);
    }

    [Fact]
    public async Task A_removed_download_leaves_nothing_behind()
    {
        await using var room = await DownloadRoom.OpenAsync();
        room.Hub.StallsAt = 1000;
        var id = room.Downloads.Start(DownloadRoom.Source).Id;
        await room.UntilAsync(id, state => state.BytesDone == 1000);
        Assert.True(await room.Downloads.RemoveAsync(id));
        Assert.Empty(room.Downloads.All);
        Assert.Empty(Directory.GetFiles(room.Folder, "*", SearchOption.AllDirectories));
        Assert.False(await room.Downloads.RemoveAsync(id));
    }

    private static async Task<string> FirstRunningAsync(DownloadRoom room, IEnumerable<string> ids)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromMinutes(1));
        while (true)
        {
            if (ids.FirstOrDefault(id => room.Downloads.Find(id)!.BytesDone == 1000) is { } found) { return found; }
            await Task.Delay(10, deadline.Token);
        }
    }
}
