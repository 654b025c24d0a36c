using System.Text.Json;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Engine.Tokens.Answers;

namespace Platform.ModelHost.Engine.Tests.Answers;

/// <summary>From messages and tools to a call, with a model that has never heard of tools.</summary>
public sealed class ToolCallGenerationTests(SeedModels models) : IClassFixture<SeedModels>
{
    private static readonly JsonElement[] Tools =
    [
        JsonDocument.Parse("""{"type":"function","function":{"name":"set_lamp","parameters":{"type":"object","properties":{"on":{"type":"boolean"},"room":{"enum":["hall","kitchen"]}},"required":["on","room"],"additionalProperties":false}}}""").RootElement,
        JsonDocument.Parse("""{"type":"function","function":{"name":"now","parameters":{"type":"object","properties":{},"additionalProperties":false}}}""").RootElement,
    ];

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(3u)]
    [InlineData(4u)]
    public async Task A_call_that_must_be_made_is_valid_whatever_the_model(uint seed)
    {
        IReadOnlyList<ChatTurn> messages = [new("user", "Light in the hall, please.")];
        var plan = models.Engine.PlanChat(SeedModels.Chat, messages, new ChatTemplateOptions { Tools = Tools }, new ToolUse(Only: "set_lamp", Many: false));
        var request = new GenerationRequest { ModelId = SeedModels.Chat, Prompt = "Light in the hall, please.", MaxTokens = 120, Grammar = plan.Grammar, ShowControlTokens = plan.ShowControlTokens, Sampling = new SamplingOptions { Seed = seed } };
        var answer = await Answer.OfAsync(models.Engine, request);
        Assert.Equal(FinishReason.EndOfText, answer.End.Reason);
        var reading = Reading.Of(plan.NewReader(), answer.Text, 3);
        var (name, arguments) = Assert.Single(reading.Calls);
        Assert.Equal("set_lamp", name);
        Assert.Contains(JsonDocument.Parse(arguments).RootElement.GetProperty("room").GetString(), (string[])["hall", "kitchen"]);
    }

    [Fact]
    public void The_prompt_of_a_plan_tells_of_the_tools()
    {
        var plan = models.Engine.PlanChat(SeedModels.Chat, [new ChatTurn("user", "Hi")], new ChatTemplateOptions { Tools = Tools }, new ToolUse());
        Assert.Contains("set_lamp", plan.Prompt, StringComparison.Ordinal);
        Assert.Equal(["<tool_call>"], plan.Grammar!.Triggers);
        Assert.Null(models.Engine.PlanChat(SeedModels.Chat, [new ChatTurn("user", "Hi")], new ChatTemplateOptions(), new ToolUse()).Grammar);
    }
}
