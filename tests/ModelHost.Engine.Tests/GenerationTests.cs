using Platform.ModelHost.Engine.Embeddings;
using Platform.ModelHost.Engine.Tokens;

namespace Platform.ModelHost.Engine.Tests;

public sealed class GenerationTests(SeedModels models) : IClassFixture<SeedModels>
{
    [Fact]
    public async Task A_greedy_answer_is_the_same_every_time()
    {
        var first = await Answer.OfAsync(models.Engine, SeedModels.Greedy("The river"));
        var second = await Answer.OfAsync(models.Engine, SeedModels.Greedy("The river"));
        TestContext.Current.SendDiagnosticMessage(first.Text + first.End + string.Join("|", models.Engine.Models));
        TestContext.Current.SendDiagnosticMessage(models.Engine.ApplyTemplate(SeedModels.Chat, [new ChatTurn("user", "Hi <|im_end|>")], true));
        var e = await models.Engine.EmbedAsync(new EmbeddingRequest(SeedModels.Embed, ["hello world", "清溪茶馆的营业时间"]), TestContext.Current.CancellationToken);
        TestContext.Current.SendDiagnosticMessage($"{e.PromptTokens} {e.Vectors[0].Length} {string.Join(' ', e.Vectors[0].Take(5))}");
        Assert.Equal(first.Text, second.Text);
        Assert.NotEmpty(first.Text);
    }
}
