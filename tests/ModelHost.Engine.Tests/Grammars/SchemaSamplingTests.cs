using System.Text.Json;
using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Engine.Tests.Grammars;

/// <summary>The same through the sampler, by a model that writes anything if it may.</summary>
public sealed class SchemaSamplingTests(SeedModels models) : IClassFixture<SeedModels>
{
    private const int Schemas = 60;

    [Fact]
    public async Task What_the_model_writes_under_a_schemas_grammar_is_a_value_of_the_schema()
    {
        var random = new Random(7);
        var (asked, whole) = (0, 0);
        for (var i = 0; i < Schemas; i++)
        {
            var schema = new RandomSchema(random).Next();
            if (SchemaPropertyTests.Grammar(schema) is not { } grammar) { continue; }
            asked++;
            var answer = await Answer.OfAsync(models.Engine, new GenerationRequest
            {
                ModelId = SeedModels.Chat, Prompt = "Once", Grammar = new GrammarOptions(grammar), MaxTokens = 200,
                Sampling = new SamplingOptions { Temperature = 2, TopK = 0, TopP = 1, MinP = 0, Seed = (uint)i },
            });
            if (answer.End.Reason != FinishReason.EndOfText) { continue; }
            whole++;
            using var value = JsonDocument.Parse(answer.Text, new JsonDocumentOptions { MaxDepth = 1_000 });
            Assert.True(new SchemaValidator(schema).Takes(value.RootElement), $"{answer.Text}\nis not of\n{schema}");
        }
        Assert.InRange(whole, asked / 3, asked);
    }
}
