using Platform.Web.Commands;

namespace Platform.Web.Tests.Commands;

public sealed class SharedOptionsTests
{
    [Fact]
    public async Task A_folder_that_is_named_as_a_model_tells_which_files_can_be()
    {
        var folder = Directory.CreateTempSubdirectory("web-tests-models-");
        try
        {
            Assert.Equal($"{folder.FullName} is a folder, and holds no .gguf file. Name one, or hf:owner/repo/file.gguf.", SharedOptions.NoModel(folder.FullName));
            foreach (var name in (string[])["b.gguf", "a.gguf", "notes.txt"])
            {
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, name), "", TestContext.Current.CancellationToken);
            }
            Assert.Equal($"{folder.FullName} is a folder. Name one of the files in it:\n  {folder.FullName}/a.gguf\n  {folder.FullName}/b.gguf", SharedOptions.NoModel(folder.FullName));
            Assert.Contains("does not exist", SharedOptions.NoModel(Path.Combine(folder.FullName, "c.gguf")), StringComparison.Ordinal);
            Assert.Null(await SharedOptions.ModelSettingAsync(folder.FullName));
            Assert.Equal(("Models:Chat", Path.Combine(folder.FullName, "a.gguf")), await SharedOptions.ModelSettingAsync(Path.Combine(folder.FullName, "a.gguf")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
