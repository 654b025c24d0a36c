using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Engine.Tests.Decoding;

/// <summary>The same seed draws the same text.</summary>
public sealed class SeedTests(SeedModels models) : IClassFixture<SeedModels>
{
    [Theory]
    [InlineData(7u, 0)]
    [InlineData(uint.MaxValue, 0)] // llama.cpp's own sign for any seed
    [InlineData(uint.MaxValue, 1)]
    [InlineData(uint.MaxValue, 2)]
    public async Task Every_seed_is_one(uint seed, int mirostat)
    {
        var request = SeedModels.Greedy("The river", 24) with { CachePrompt = false, Sampling = new SamplingOptions { Temperature = 1.5f, TopK = 0, TopP = 1, MinP = 0, Seed = seed, Mirostat = mirostat } };
        Assert.Equal((await Answer.OfAsync(models.Engine, request)).Text, (await Answer.OfAsync(models.Engine, request)).Text);
    }
}
