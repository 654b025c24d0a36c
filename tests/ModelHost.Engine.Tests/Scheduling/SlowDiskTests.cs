using System.Diagnostics;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Models;

namespace Platform.ModelHost.Engine.Tests.Scheduling;

/// <summary>A model folder that lies far away.</summary>
public sealed class SlowDiskTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("platform-slow-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Answers_go_on_while_the_header_of_another_model_is_waited_for()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There are no leases of files.");
        var token = TestContext.Current.CancellationToken;
        await using var engine = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, ModelDirectory = folder });
        var file = Path.Combine(folder, "far.gguf");
        await File.WriteAllTextAsync(file, "no model, but long enough to look", token);
        Task<IReadOnlyList<KnownModel>> listing;
        using (await FarFile.HoldAsync(file, token))
        {
            listing = Task.Run(() => engine.KnownModels, token);
            for (var i = 0; i < 5; i++) { await Answer.OfAsync(engine, new GenerationRequest { ModelId = SeedModels.Chat, Prompt = "The river", MaxTokens = 2 }).WaitAsync(TimeSpan.FromSeconds(30), token); }
            Assert.False(listing.IsCompleted);
        }
        Assert.Contains(await listing.WaitAsync(TimeSpan.FromSeconds(30), token), model => model.Id == "far" && model.Failure is not null);
    }

    /// <summary>Who opens a pipe waits until somebody writes: it is told by its size, which is none.</summary>
    [Fact]
    public async Task A_pipe_in_the_folder_is_a_damaged_model_and_neither_the_list_nor_the_end_waits_for_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There are no pipes in the file system.");
        var token = TestContext.Current.CancellationToken;
        var pipe = Path.Combine(folder, "far.gguf");
        using (var made = Process.Start("mkfifo", [pipe])) { await made.WaitForExitAsync(token); }
        File.CreateSymbolicLink(Path.Combine(folder, "link.gguf"), pipe);
        File.Copy(SeedModels.EmbedFile, Path.Combine(folder, "whole.gguf"));
        var engine = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, ModelDirectory = folder });
        for (var hash = (string?)null; hash is null;)
        {
            var known = await Task.Run(() => engine.KnownModels, token).WaitAsync(TimeSpan.FromSeconds(30), token);
            Assert.All(["far", "link"], id => Assert.Contains("no bytes", known.Single(model => model.Id == id).Failure, StringComparison.Ordinal));
            hash = known.Single(model => model.Id == "whole").Sha256;
            await Task.Delay(5, token);
        }
        await engine.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), token);
    }
}
