namespace Platform.EndToEnd.Tests;

/// <summary>One program with a second model, and an engine of somebody else's that answers "Six months.", for the tests of the models page that leave it as they found it.</summary>
public sealed class ModelsProgram : IAsyncLifetime
{
    internal const string Second = "second";

    private ScriptedEngine? _engine;
    private RunningPlatform? _platform;

    internal RunningPlatform Platform => _platform!;

    public async ValueTask InitializeAsync()
    {
        _engine = new ScriptedEngine(_ => Task.FromResult<(string, string?)>(("Six months.", null)), owner: "local"); // so that questions stay with the embedded model
        _platform = await StartAsync([.. _engine.Settings]);
    }

    public async ValueTask DisposeAsync()
    {
        await (_platform?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_engine?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    /// <summary>With a second model and two versions of an adapter in its folders.</summary>
    internal static async Task<RunningPlatform> StartAsync(params (string Key, string Value)[] settings)
    {
        var platform = await RunningPlatform.StartAsync(settings);
        var adapters = Directory.CreateDirectory(Path.Combine(platform.Data, "adapters", "legal")).FullName;
        foreach (var version in (string[])["1.gguf", "2.gguf"])
        {
            File.Copy(Path.Combine(Repository.Root, "models", "seed-chat.gguf"), Path.Combine(adapters, version)); // listed as they lie, read when they are asked for
        }
        var folder = Directory.CreateDirectory(Path.Combine(platform.Data, "models")).FullName;
        File.Copy(Path.Combine(Repository.Root, "models", "seed-chat.gguf"), Path.Combine(folder, $"{Second}.gguf"));
        return platform;
    }
}
