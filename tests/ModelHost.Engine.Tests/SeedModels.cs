using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Engine.Tests;

/// <summary>The models of the repository's models folder, and an engine that serves both.</summary>
public sealed class SeedModels : IAsyncLifetime
{
    public const string Chat = "seed-chat", Embed = "seed-embed";

    public static string ChatFile { get; } = Find("seed-chat.gguf");

    public static string EmbedFile { get; } = Find("seed-embed.gguf");

    public ModelEngine Engine { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Engine = await StartAsync(new EngineOptions { ChatModel = ChatFile, EmbeddingModel = EmbedFile });

    public ValueTask DisposeAsync() => Engine.DisposeAsync();

    public static Task<ModelEngine> StartAsync(EngineOptions options) => ModelEngine.StartAsync(options, TimeProvider.System, TestContext.Current.CancellationToken);

    public static GenerationRequest Greedy(string prompt, int maxTokens = 24) => new() { ModelId = Chat, Prompt = prompt, MaxTokens = maxTokens, Sampling = new SamplingOptions { Temperature = 0 } };

    private static string Find(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "models", name);
            if (File.Exists(file)) { return file; }
        }
        throw new FileNotFoundException($"No models/{name} above {AppContext.BaseDirectory}.");
    }
}
