using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Engine.Tests.Adapters;

/// <summary>Adapters are asked for by their place in the list too.</summary>
public sealed class AdapterNumberTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("platform-adapters-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task No_place_shifts_while_a_file_is_read_for_its_first_use()
    {
        await using var engine = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, AdapterDirectory = folder });
        for (var i = 0; i < 8; i++) { RandomAdapter.Write(Path.Combine(folder, $"a{i}.gguf"), i, rank: 64); }
        string[] all = [.. engine.Adapters(SeedModels.Chat).Select(a => a.Name)];
        Assert.Equal(8, all.Length);
        using var done = new CancellationTokenSource();
        var looking = Task.Run(() =>
        {
            var looks = 0;
            for (; !done.IsCancellationRequested; looks++) { Assert.Equal(all, engine.Adapters(SeedModels.Chat).Select(a => a.Name)); }
            return looks;
        }, TestContext.Current.CancellationToken);
        foreach (var name in all) { await Answer.OfAsync(engine, SeedModels.Greedy("The river", 1) with { Adapters = [new AdapterChoice(name)] }); }
        await done.CancelAsync();
        Assert.True(await looking > 0);
    }
}
