using System.Diagnostics;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Tests.Storage;

public sealed class DataFolderLockTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void A_second_holder_is_refused_and_told_who_has_the_folder_fault_9()
    {
        using DataFolderLock first = DataFolderLock.Take(_folder.Data, TimeProvider.System);
        StartRefusedException refused = Assert.Throws<StartRefusedException>(() => DataFolderLock.Take(_folder.Data, TimeProvider.System));
        Assert.Contains($"process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_folder_is_free_when_its_holder_has_let_go()
    {
        DataFolderLock.Take(_folder.Data, TimeProvider.System).Dispose();
        DataFolderLock.Take(_folder.Data, TimeProvider.System).Dispose();
    }

    [Fact]
    public async Task A_lock_is_taken_over_when_its_holder_was_killed_fault_9()
    {
        using Process holder = ChildProgram.Start("hold-folder", _folder.Path);
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        StartRefusedException refused = Assert.Throws<StartRefusedException>(() => DataFolderLock.Take(_folder.Data, TimeProvider.System));
        Assert.Contains($"process {holder.Id}", refused.Message, StringComparison.Ordinal);
        holder.Kill();
        await holder.WaitForExitAsync(TestContext.Current.CancellationToken);
        DataFolderLock.Take(_folder.Data, TimeProvider.System).Dispose();
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_not_said_to_be_in_use()
    {
        string file = Path.Combine(_folder.Path, "file");
        File.WriteAllText(file, "");
        StartRefusedException refused = Assert.Throws<StartRefusedException>(() => DataFolderLock.Take(new DataFolder(file), TimeProvider.System));
        Assert.Contains("cannot be written", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_folder_is_made_for_its_owner_only()
    {
        DataFolder made = new(Path.Combine(_folder.Path, "made"));
        DataFolderLock.Take(made, TimeProvider.System).Dispose();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, new DirectoryInfo(made.Path).UnixFileMode);
    }

    [Fact]
    public void The_files_of_the_lock_are_for_their_owner_only()
    {
        DataFolderLock.Take(_folder.Data, TimeProvider.System).Dispose();
        DataFolderLock.Take(_folder.Data, TimeProvider.System).Dispose();
        Assert.All((string[])["lock", "lock.holder"], name => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(Path.Combine(_folder.Path, name)).UnixFileMode));
    }

    public void Dispose() => _folder.Dispose();
}
