using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Engine.Tests.Adapters;

/// <summary>Adapters hold memory of the same ledger as models, and none that it does not have.</summary>
public sealed class AdapterRoomTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("platform-adapters-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task An_adapter_without_room_is_refused_with_the_numbers_and_the_longest_unused_makes_room()
    {
        foreach (var name in (string[])["one", "two"]) { RandomAdapter.Write(Path.Combine(folder, name + ".gguf"), name.Length + name[0]); }
        await using var engine = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, AdapterDirectory = folder, PrefixMebibytes = 0 });
        await engine.HoldMemoryAsync("job", "training", engine.Memory.FreeBytes, TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAsync<EngineException>(() => AskAsync(engine, "one"));
        Assert.Equal(EngineErrorKind.OutOfMemory, refusal.Kind);
        Assert.Contains("adapters", refusal.Message, StringComparison.Ordinal);
        Assert.NotEmpty((await Answer.OfAsync(engine, SeedModels.Greedy("The river", 4))).Text);

        engine.ReleaseMemory("job");
        await AskAsync(engine, "one");
        await Answer.OfAsync(engine, SeedModels.Greedy("The river", 4)); // takes it off the context
        await engine.HoldMemoryAsync("job", "training", engine.Memory.FreeBytes, TestContext.Current.CancellationToken);
        Assert.Single((await AskAsync(engine, "two")).End.Ran.Adapters);
        Assert.Equal(["two"], engine.Adapters(SeedModels.Chat).Where(a => a.IsLoaded).Select(a => a.Name));
        Assert.InRange(engine.Memory.FreeBytes, 0, long.MaxValue);
    }

    private static Task<Answer> AskAsync(ModelEngine engine, string adapter) => Answer.OfAsync(engine, SeedModels.Greedy("The river", 4) with { Adapters = [new AdapterChoice(adapter)] });
}
