using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Fakes;
using Platform.ModelHost.Engine.Work;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Tests.Work;

/// <summary>An engine that starts the real model service for native work, with a folder of models and a state of its own.</summary>
internal sealed class WorkingEngine : IAsyncDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("platform-work-");

    internal WorkingEngine()
    {
        Models = Directory.CreateDirectory(Path.Combine(root.FullName, "models")).FullName;
        State = Directory.CreateDirectory(Path.Combine(root.FullName, "state")).FullName;
        Adapters = Directory.CreateDirectory(Path.Combine(root.FullName, "adapters")).FullName;
    }

    internal string Models { get; }

    internal string State { get; }

    internal string Adapters { get; }

    internal static NativeWorker Worker { get; } = new(ModelHostFixture.ServerProgram);

    internal ModelEngine Engine { get; private set; } = null!;

    /// <param name="worker">Null takes the real service.</param>
    /// <param name="withModels">Loads the seed chat model.</param>
    /// <param name="mebibytes">Of the ledger; 0 for what the machine has.</param>
    internal async Task<ModelEngine> StartAsync(NativeWorker? worker = null, bool withModels = true, long mebibytes = 0)
    {
        var options = new EngineOptions { ChatModel = withModels ? SeedModels.ChatFile : null, ModelDirectory = Models, StateDirectory = State, AdapterDirectory = Adapters, Threads = 1, MemoryMebibytes = mebibytes };
        return Engine = await ModelEngine.StartAsync(options, TimeProvider.System, NullLogger.Instance, worker ?? Worker, TestContext.Current.CancellationToken);
    }

    /// <summary>The seed chat model with a norm's numbers called integers: every check of its header passes, and llama.cpp ends the process when it multiplies by them.</summary>
    internal async Task<string> WriteDeadlyModelAsync(string name)
    {
        var bytes = await File.ReadAllBytesAsync(SeedModels.ChatFile, TestContext.Current.CancellationToken);
        var tensor = "blk.0.attn_norm.weight"u8;
        var type = bytes.AsSpan().IndexOf(tensor) + tensor.Length + sizeof(uint) + sizeof(ulong); // after one dimension
        const byte f32 = 0, i32 = 26;
        Assert.Equal(f32, bytes[type]);
        bytes[type] = i32;
        var path = Path.Combine(Models, name + ".gguf");
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        GgufCheck.Run(path);
        return path;
    }

    internal async Task<string> TriedAsync()
    {
        var file = Path.Combine(State, "tried-models.json");
        return File.Exists(file) ? await File.ReadAllTextAsync(file, Encoding.UTF8, TestContext.Current.CancellationToken) : "";
    }

    public async ValueTask DisposeAsync()
    {
        if (Engine is not null) { await Engine.DisposeAsync(); }
        root.Delete(recursive: true);
    }
}
