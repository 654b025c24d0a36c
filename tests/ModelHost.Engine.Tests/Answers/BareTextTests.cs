using System.Text.Json;
using Platform.ModelHost.Engine.Grammars;
using Platform.ModelHost.Engine.Tests.Grammars;
using Platform.ModelHost.Engine.Tests.Templates;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Engine.Tokens.Answers;

namespace Platform.ModelHost.Engine.Tests.Answers;

/// <summary>Texts that stand between marks and not between quotes: the arguments of calls that are written as pairs, and what is thought.</summary>
public sealed class BareTextTests
{
    private const string Open = "<tool_call>f\n<arg_key>s</arg_key>\n<arg_value>", Close = "</arg_value>\n</tool_call>";

    [Theory]
    [InlineData("\"maxLength\": 4", "a\nbc", "abcde")]
    [InlineData("\"minLength\": 2, \"maxLength\": 3", "abc", "a")]
    [InlineData("\"minLength\": 2", "ab\n", "\na")] // a line end at the edge is not part of the text
    [InlineData("\"pattern\": \"^[a-c]+$\"", "abc", "abd")]
    [InlineData("\"pattern\": \"x\"", "axb", "ab")]
    [InlineData("\"format\": \"date\"", "2026-01-31", "2026-01-32")]
    [InlineData("\"enum\": [\"a<b\", \"c\"]", "a<b", "d")]
    [InlineData("\"const\": \"c\"", "c", "cc")]
    [InlineData("\"anyOf\": [{\"maxLength\": 2}, {\"pattern\": \"^long$\"}]", "long", "lon")]
    [InlineData("\"allOf\": [{\"maxLength\": 2}]", "ab", "abc")]
    public void A_bare_text_keeps_to_its_schema(string keywords, string fits, string not)
    {
        var grammar = Grammar(keywords);
        Assert.True(GrammarText.Accepts(grammar, Open + fits + Close), grammar);
        Assert.False(GrammarText.Accepts(grammar, Open + not + Close), grammar);
    }

    /// <summary>Only the mark ends a text, and what the reader takes for the mark: with white space in it, too.</summary>
    [Theory]
    [InlineData("<div class=\"a\">b</div>\n<br/>")]
    [InlineData("a </ b </arg </arg_val</arg_value")]
    [InlineData("<</arg_key><<")]
    [InlineData("")]
    public void A_bare_text_holds_anything_but_the_mark(string text)
    {
        var grammar = Grammar("");
        Assert.True(GrammarText.Accepts(grammar, Open + text + Close), grammar);
        Assert.False(GrammarText.Accepts(grammar, Open + text + "</arg_value>" + text + Close));
        Assert.False(GrammarText.Accepts(grammar, Open + text + "< /arg_ value>" + text + Close));
        var call = Assert.Single(Reading.Of(Of("glm4").Answers.Read("", [Tool("")]), Open + text + Close, 3).Calls);
        Assert.Equal(text, JsonDocument.Parse(call.Arguments).RootElement.GetProperty("s").GetString());
    }

    [Theory]
    [InlineData("\"enum\": [\"a\", \"b</arg_value >\"]", "a listed text")]
    [InlineData("\"enum\": [\"a\\n\"]", "a listed text")]
    [InlineData("\"pattern\": \"^<b>$\"", "#/properties/s/pattern")]
    [InlineData("\"contentEncoding\": \"base64\"", "#/properties/s/contentEncoding")]
    [InlineData("\"enum\": [\"a\"], \"maxLength\": 3", "#/properties/s/maxLength")]
    public void What_cannot_be_written_bare_is_refused_with_its_place(string keywords, string told)
    {
        var refused = Assert.Throws<EngineException>(() => Grammar(keywords));
        Assert.StartsWith("Of the tool 'f': The schema cannot be used at '#/properties/s", refused.Message, StringComparison.Ordinal);
        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The reader tells texts by the same schema as the grammar.</summary>
    [Theory]
    [InlineData("""{"$ref":"#/$defs/Args","$defs":{"Args":{"type":"object","properties":{"s":{"type":"string"}},"required":["s"]}}}""")]
    [InlineData("""{"allOf":[{"type":"object","properties":{"s":{"type":"string"}},"required":["s"]}]}""")]
    public void A_text_of_a_schema_that_is_a_reference_stays_a_text(string parameters)
    {
        var tool = JsonDocument.Parse($$$"""{"type":"function","function":{"name":"f","parameters":{{{parameters}}}}}""").RootElement;
        Assert.True(GrammarText.Accepts(Of("glm4").Answers.Grammar("", [tool], new ToolUse(Only: "f", Many: false))!.Text, Open + "123" + Close));
        Assert.Equal("""{"s": "123"}""", Assert.Single(Reading.Of(Of("glm4").Answers.Read("", [tool]), Open + "123" + Close, 5).Calls).Arguments);
    }

    [Fact]
    public void Thinking_ends_with_its_own_mark_and_little_white_space_follows()
    {
        var answers = Of("qwen3").Answers;
        var grammar = answers.Grammar("<think>\n", [], new ToolUse { Otherwise = JsonDocument.Parse("""{"type":"boolean"}""").RootElement })!.Text;
        Assert.True(GrammarText.Accepts(grammar, "a </b> <//think> </thin </think </think>\n\ntrue"), grammar);
        Assert.True(GrammarText.Accepts(grammar, "</think>true"));
        Assert.False(GrammarText.Accepts(grammar, "a</think>" + new string('\n', 5) + "true"));
        Assert.False(GrammarText.Accepts(grammar, "a</think>b</think>true"));
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"x":{"type":"string","pattern":"^((a*)*)b$"}}}""", "#/properties/x/pattern")]
    [InlineData("""{"type":"object","properties":{"x":{"type":"string","pattern":"^((a|b|c|d){500}){500}$"}}}""", "#/properties/x/pattern")]
    [InlineData("""{"$ref":"#"}""", "#")]
    [InlineData("""{"type":"object","properties":{"x":{"$ref":"#/$defs/a"}},"required":["x"],"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}""", "#/$defs/")]
    [InlineData("""{"type":"object","properties":{"x":{"$ref":"#"}},"required":["x"]}""", "#")]
    [InlineData("""{"type":"object","properties":{"x":{"type":"string"},"x":{"type":"number"}}}""", "#/properties/x")]
    [InlineData("DEEP", "#/not/not")]
    public void A_refused_schema_is_told_by_its_place_and_in_no_words_of_grammars(string schema, string place)
    {
        var text = schema == "DEEP" ? string.Concat(Enumerable.Repeat("{\"not\":", 70)) + "{}" + new string('}', 70) : schema;
        var refused = Assert.Throws<EngineException>(() => JsonSchemaGrammar.Of(JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 100 }).RootElement));
        Assert.StartsWith($"The schema cannot be used at '{place}", refused.Message, StringComparison.Ordinal);
        foreach (var word in (string[])["grammar", "rule", "line", "LineNumber"]) { Assert.DoesNotContain(word, refused.Message, StringComparison.OrdinalIgnoreCase); }
    }

    private static string Grammar(string keywords) => Of("glm4").Answers.Grammar("", [Tool(keywords)], new ToolUse(Only: "f", Many: false))!.Text;

    private static JsonElement Tool(string keywords)
    {
        var text = keywords.Length > 0 ? ", " + keywords : "";
        return JsonDocument.Parse("""{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"s":{"type":"string" MORE }},"required":["s"]}}}""".Replace("MORE", text, StringComparison.Ordinal)).RootElement;
    }

    private static ChatTemplate Of(string family) =>
        new("m", File.ReadAllText(Path.Combine(GoldenFiles.Folder, "families", family + ".jinja")), new SpecialTexts("<bos>", true, "<eos>", false, [], []), GoldenFiles.Clock.Instance);
}
