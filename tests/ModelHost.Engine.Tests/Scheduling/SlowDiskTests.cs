using System.Diagnostics;
using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Engine.Tests.Scheduling;

/// <summary>A model folder that lies far away.</summary>
public sealed class SlowDiskTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("platform-slow-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>A pipe in the place of a file: who opens it waits until somebody writes.</summary>
    [Fact]
    public async Task Answers_go_on_while_the_header_of_another_model_is_waited_for()
    {
        if (!OperatingSystem.IsLinux()) { return; } // no pipes in the file system
        var token = TestContext.Current.CancellationToken;
        await using var engine = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, ModelDirectory = folder });
        var pipe = Path.Combine(folder, "far.gguf");
        using (var made = Process.Start("mkfifo", [pipe])) { await made.WaitForExitAsync(token); }
        var listing = Task.Run(() => engine.KnownModels, token);
        var answer = Answer.OfAsync(engine, new GenerationRequest { ModelId = SeedModels.Chat, Prompt = "The river", MaxTokens = 2 });
        var first = await Task.WhenAny(answer, listing, Task.Delay(TimeSpan.FromSeconds(30), token));
        await using var end = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite); // nobody who opens it waits any more
        Assert.Same(answer, first);
        Assert.Contains(await listing.WaitAsync(TimeSpan.FromSeconds(30), token), model => model.Id == "far" && model.Failure is not null);
    }
}
