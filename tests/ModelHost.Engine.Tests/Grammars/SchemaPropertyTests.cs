using System.Text.Json;
using Platform.ModelHost.Engine.Grammars;

namespace Platform.ModelHost.Engine.Tests.Grammars;

/// <summary>Whatever the schema, every text of its grammar is JSON that the schema takes.</summary>
public sealed class SchemaPropertyTests
{
    private const int Schemas = 400, TextsOfEach = 12, LongestText = 3_000;

    [Fact]
    public void Every_text_of_a_schemas_grammar_is_a_value_of_the_schema()
    {
        var random = new Random(20_231);
        var (schemas, texts) = (0, 0);
        for (var i = 0; i < Schemas; i++)
        {
            var schema = new RandomSchema(random).Next();
            if (Grammar(schema) is not { } grammar) { continue; }
            var rules = GrammarCheck.Read(grammar);
            schemas++;
            for (var j = 0; j < TextsOfEach; j++)
            {
                if (GrammarText.Walk(rules, random, LongestText) is not { } text) { continue; }
                texts++;
                using var value = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 1_000 });
                Assert.True(new SchemaValidator(schema).Takes(value.RootElement), $"{text}\nis not of\n{schema}\nby\n{grammar}");
            }
        }
        Assert.InRange(schemas, Schemas / 2, Schemas);
        Assert.InRange(texts, schemas * TextsOfEach / 2, schemas * TextsOfEach);
    }

    /// <summary>Null for a schema that is refused: alternatives that may hold at once, properties that exclude each other.</summary>
    internal static string? Grammar(JsonElement schema)
    {
        try
        {
            return JsonSchemaGrammar.Of(schema);
        }
        catch (EngineException refusal) when (refusal.Kind == EngineErrorKind.BadRequest)
        {
            return null;
        }
    }
}
