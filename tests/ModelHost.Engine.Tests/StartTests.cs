namespace Platform.ModelHost.Engine.Tests;

public sealed class StartTests
{
    [Fact]
    public async Task Fault_12_a_model_file_that_was_cut_is_refused_by_name_and_reason()
    {
        var cut = Path.Combine(Path.GetTempPath(), $"platform-cut-{Guid.NewGuid():N}.gguf");
        try
        {
            await File.WriteAllBytesAsync(cut, (await File.ReadAllBytesAsync(SeedModels.ChatFile, TestContext.Current.CancellationToken))[..^1_000], TestContext.Current.CancellationToken);
            var refusal = await Assert.ThrowsAsync<EngineException>(() => SeedModels.StartAsync(new EngineOptions { ChatModel = cut }));
            Assert.Equal(EngineErrorKind.InvalidModelFile, refusal.Kind);
            Assert.Contains($"'{Path.GetFileNameWithoutExtension(cut)}'", refusal.Message, StringComparison.Ordinal);
            Assert.EndsWith($"The file is {cut}.", refusal.Message, StringComparison.Ordinal); // for who wrote the options; callers never read it
            Assert.Contains("cut", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(cut);
        }
    }

    [Fact]
    public async Task A_file_that_is_missing_is_refused() =>
        Assert.Equal(EngineErrorKind.InvalidModelFile, (await Assert.ThrowsAsync<EngineException>(() => SeedModels.StartAsync(new EngineOptions { ChatModel = "/nowhere/model.gguf" }))).Kind);

    [Fact]
    public async Task A_chat_model_is_no_embedding_model() =>
        Assert.Equal(EngineErrorKind.InvalidModelFile, (await Assert.ThrowsAsync<EngineException>(() => SeedModels.StartAsync(new EngineOptions { EmbeddingModel = SeedModels.ChatFile }))).Kind);

    [Fact]
    public async Task Options_out_of_range_are_refused_all_in_one_message()
    {
        var refusal = await Assert.ThrowsAsync<EngineException>(() => SeedModels.StartAsync(new EngineOptions { Slots = 0, QueueLimit = -1, Threads = 9_999 }));
        Assert.Equal(EngineErrorKind.BadRequest, refusal.Kind);
        foreach (var option in (string[])["Engine:Slots is 0", "Engine:QueueLimit is -1", "Engine:Threads is 9999", "Engine:ChatModel"]) { Assert.Contains(option, refusal.Message, StringComparison.Ordinal); }
    }

    /// <summary>Fault 15: what cannot fit is refused by an estimate, before it is tried.</summary>
    [Fact]
    public async Task Fault_15_a_context_that_does_not_fit_into_memory_is_refused_with_the_numbers()
    {
        var refusal = await Assert.ThrowsAsync<EngineException>(() => SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, MemoryMebibytes = 4 }));
        Assert.Equal(EngineErrorKind.OutOfMemory, refusal.Kind);
        Assert.Contains("of 4 MiB are free", refusal.Message, StringComparison.Ordinal);
        await using var engine = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, ContextTokens = 1 << 20 });
        Assert.Equal(256, engine.Models[0].ContextTokens); // never more than the model was trained for
    }
}
