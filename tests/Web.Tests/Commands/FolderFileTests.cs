using System.Diagnostics;
using Platform.Web.Commands;

namespace Platform.Web.Tests.Commands;

public sealed class FolderFileTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("folder-"), outside = Directory.CreateTempSubdirectory("outside-");

    [Fact]
    public void Only_regular_files_are_opened_and_the_others_are_named_fault_30()
    {
        Write(folder, "plain.txt");
        Write(folder.CreateSubdirectory("below"), "deep.txt");
        Write(folder, ".hidden");
        Write(folder, "empty.txt", "");
        Write(outside, "secret.txt");
        File.CreateSymbolicLink(At("link.txt"), Path.Combine(outside.FullName, "secret.txt"));
        File.CreateSymbolicLink(At("zero.txt"), "/dev/zero");
        File.CreateSymbolicLink(At("dangling.txt"), "/no/such/file");
        Directory.CreateSymbolicLink(At("elsewhere"), outside.FullName);
        Directory.CreateSymbolicLink(At("round"), folder.FullName);
        using (var made = Process.Start("mkfifo", At("pipe.txt")))
        {
            made.WaitForExit();
        }

        var files = FolderFile.Of(folder);
        Assert.Equal(["deep.txt", "plain.txt"], files.Where(f => f.LeftOut is null).Select(f => f.Called));
        Assert.Equal(["dangling.txt", "elsewhere", "empty.txt", "link.txt", "pipe.txt", "round", "zero.txt"], files.Where(f => f.LeftOut is not null).Select(f => f.Called).Order());
        Assert.All(files.Where(f => f.Called is "link.txt" or "zero.txt" or "elsewhere"), f => Assert.Contains("link", f.LeftOut, StringComparison.Ordinal));
        Assert.Contains("pipe", files.Single(f => f.Called == "pipe.txt").LeftOut, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_one_name_are_told_apart_by_their_path()
    {
        Write(folder, "plan.txt");
        Write(folder.CreateSubdirectory("a"), "plan.txt");
        Assert.Equal(["a-plan.txt", "plan.txt"], FolderFile.Of(folder).Select(f => f.Called).Order(StringComparer.Ordinal));
    }

    public void Dispose()
    {
        folder.Delete(recursive: true);
        outside.Delete(recursive: true);
    }

    private string At(string name) => Path.Combine(folder.FullName, name);

    private static void Write(DirectoryInfo into, string name, string text = "text") => File.WriteAllText(Path.Combine(into.FullName, name), text);
}
