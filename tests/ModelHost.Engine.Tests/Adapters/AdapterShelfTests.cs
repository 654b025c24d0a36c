using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Tests.Adapters;

/// <summary>What the generation loop does with a shelf at each step must wait for no file.</summary>
public sealed class AdapterShelfTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("adapter-shelf-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>llama.cpp waits for a disk that does not answer; meanwhile the last user of an adapter that was replaced ends.</summary>
    [Fact]
    public async Task Who_lets_an_adapter_go_waits_for_no_other_that_is_read_nor_does_another_model()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There are no leases of files.");
        var (token, limit) = (TestContext.Current.CancellationToken, TimeSpan.FromSeconds(20));
        LlamaLibrary.Load();
        using var native = SafeLlamaModelHandle.Load(SeedModels.ChatFile, new ModelLoadOptions(), token);
        using var other = SafeLlamaModelHandle.Load(SeedModels.ChatFile, new ModelLoadOptions(), token);
        var model = new ModelFile(SeedModels.Chat, SeedModels.ChatFile, RandomAdapter.Model, "", null!);
        await using var shelf = new AdapterShelf(new AdapterRegistry(folder), native, model, most: 4, new MemoryShare(new MemoryLedger(1L << 30), SeedModels.Chat, "adapters"), TimeProvider.System);
        var style = Path.Combine(folder, "style.gguf");
        RandomAdapter.Write(style, seed: 1);
        var before = await TakeAsync();
        RandomAdapter.Write(style, seed: 2, rank: 8);
        var after = await TakeAsync();

        var file = Path.Combine(folder, "far.gguf");
        await File.WriteAllTextAsync(file, "no adapter, but long enough to look", token);
        Task<SafeLlamaAdapterHandle> reading;
        using (var far = await FarFile.HoldAsync(file, token))
        {
            reading = Task.Run(() => SafeLlamaAdapterHandle.Load(native, file), token);
            await far.AskedAsync(token);
            await Task.Run(before.Release, token).WaitAsync(limit, token);
            (await Task.Run(() => SafeLlamaAdapterHandle.Load(other, style), token).WaitAsync(limit, token)).Dispose();
            Assert.False(reading.IsCompleted);
        }
        await Assert.ThrowsAsync<NativeCallException>(() => reading);
        after.Release();

        async Task<AdapterSet> TakeAsync() => await shelf.TakeAsync([new AdapterChoice("style")], user: null, mayTry: false, token);
    }
}
