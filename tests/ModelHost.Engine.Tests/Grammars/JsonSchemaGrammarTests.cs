using System.Text.Json;
using Platform.ModelHost.Engine.Grammars;
using Platform.ModelHost.Engine.Tokens.Answers;

namespace Platform.ModelHost.Engine.Tests.Grammars;

/// <summary>Which values the grammar of a schema lets through, keyword by keyword, and which schemas are refused.</summary>
public sealed class JsonSchemaGrammarTests
{
    public static TheoryData<string, string[], string[]> Keywords => new()
    {
        { "true", ["1", "{\"a\": [null,true]}", "\"x\""], ["", "{", "nul", "01", "[1,]"] },
        { "{}", ["-0.5e+3", "[]", "{}"], ["1.", ".5", "+1"] },
        { """{"type":"boolean"}""", ["true", "false"], ["null", "True"] },
        { """{"type":["string","null"]}""", ["null", "\"a\""], ["1"] },
        { """{"type":"string"}""", ["\"\"", "\"a\\n\\u0041\\\"é😀\""], ["\"\n\"", "\"\\x\"", "\"\\ud800\"", "a"] },
        { """{"type":"string","minLength":2,"maxLength":3}""", ["\"ab\"", "\"😀\\u0041b\""], ["\"a\"", "\"abcd\""] },
        { """{"type":"string","maxLength":350}""", ["\"\"", $"\"{new string('a', 350)}\"", $"\"{new string('a', 199)}\""], [$"\"{new string('a', 351)}\""] },
        { """{"type":"string","minLength":250}""", [$"\"{new string('a', 250)}\"", $"\"{new string('a', 999)}\""], [$"\"{new string('a', 249)}\""] },
        { """{"type":"string","pattern":"^[A-Z]{2}-\\d+$"}""", ["\"AB-1\""], ["\"AB-\"", "\"xAB-1\"", "\"AB-1 \""] },
        { """{"type":"string","pattern":"b+"}""", ["\"abba\"", "\"b\""], ["\"a\"", "\"\""] },
        { """{"type":"string","pattern":"^(?:a|bc)*?\"\\\\[^a\"]\\s$"}""", ["\"abca\\\"\\\\b \"", "\"\\\"\\\\x\\t\""], ["\"a\\\"\\\\a \""] },
        { """{"type":"string","pattern":"^a|b$"}""", ["\"ax\"", "\"xb\""], ["\"xa\"", "\"bx\""] },
        { """{"format":"date"}""", ["\"2024-02-28\"", "\"1999-12-31\""], ["\"2023-02-29\"", "\"2024-04-31\"", "\"2024-13-01\""] },
        { """{"format":"time"}""", ["\"23:59:59Z\"", "\"00:00:00.5+01:30\""], ["\"24:00:00Z\"", "\"10:00Z\"", "\"10:00:00\""] },
        { """{"format":"date-time"}""", ["\"2024-01-31T10:00:00Z\""], ["\"2024-01-31 10:00:00Z\""] },
        { """{"format":"uuid"}""", ["\"123e4567-e89b-12d3-a456-426614174000\""], ["\"123e4567e89b12d3a456426614174000\""] },
        { """{"enum":["a",1,null,{"x":[1]}]}""", ["\"a\"", "1", "null", "{\"x\":[1]}"], ["\"b\"", "2"] },
        { """{"type":"string","enum":["a",1]}""", ["\"a\""], ["1"] },
        { """{"const":"he said \"hi\""}""", ["\"he said \\\"hi\\\"\""], ["\"hi\""] },
        { """{"type":"integer","minimum":-5,"maximum":120}""", ["-5", "0", "9", "10", "99", "100", "120"], ["-6", "121", "200", "-0", "1.0", "007"] },
        { """{"type":"integer","exclusiveMinimum":98,"exclusiveMaximum":1002}""", ["99", "100", "999", "1000", "1001"], ["98", "1002", "1010"] },
        { """{"type":"integer","minimum":1.5}""", ["2", "10", "999999999999999"], ["1", "-2", "1000000000000000"] },
        { """{"type":"integer","maximum":-37}""", ["-37", "-40", "-100", "-999"], ["-36", "-9", "0", "1"] },
        { """{"type":"number","minimum":0,"exclusiveMaximum":1}""", ["0", "0.5", "0.0"], ["1", "1.0", "-0.1", "00"] },
        { """{"type":"number","exclusiveMinimum":-2,"maximum":3}""", ["-1.99", "-1", "-0.5", "0", "2.9", "3", "3.0"], ["-2", "-2.0", "3.1", "4"] },
        { """{"type":"number","minimum":5,"maximum":5}""", ["5", "5.00"], ["5.1", "4"] },
        { """{"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":3}""", ["[1]", "[1, 2,3]"], ["[]", "[1,2,3,4]", "[1,\"a\"]", "[1,]"] },
        { """{"type":"array","items":{"const":1},"maxItems":250}""", ["[]", $"[{string.Join(',', Enumerable.Repeat(1, 250))}]"], [$"[{string.Join(',', Enumerable.Repeat(1, 251))}]"] },
        { """{"prefixItems":[{"const":1},{"const":2}],"items":{"const":3},"minItems":1}""", ["[1]", "[1,2]", "[1,2,3,3]"], ["[]", "[2]", "[1,3]"] },
        { """{"prefixItems":[{"const":1},{"const":2}],"items":false}""", ["[]", "[1,2]"], ["[1,2,3]"] },
        { """{"prefixItems":[{"const":1}],"minItems":3,"maxItems":3}""", ["[1,true,{}]"], ["[1]", "[1,2,3,4]"] },
        { """{"type":"object","properties":{"a":{"const":1},"b":{"const":2},"c":{"const":3}},"required":["b"]}""", ["{\"b\":2}", "{\"a\": 1,\"b\":2, \"c\":3}", "{\"b\":2,\"c\":3}"], ["{}", "{\"a\":1}", "{\"a\":1,\"b\":2,\"d\":4}", "{\"b\":2,}", "{,\"b\":2}"] },
        { """{"type":"object","properties":{"a":{"const":1}}}""", ["{}", "{\"a\":1}"], ["{\"b\":1}"] },
        { """{"type":"object","properties":{"ab":{"const":1}},"additionalProperties":{"type":"boolean"}}""", ["{}", "{\"ab\":1}", "{\"ab\":1,\"a\":true,\"abc\":false}", "{\"\":true}"], ["{\"ab\":true}", "{\"a\":1}", "{\"ab\":1,\"ab\":true}", "{\"a\\u0062\":true}"] },
        { """{"type":"object","additionalProperties":{"const":0}}""", ["{}", "{\"x\":0,\"y\":0}"], ["{\"x\":1}"] },
        { """{"type":"object"}""", ["{}", "{\"x\":[1]}"], ["[]"] },
        { """{"type":"object","additionalProperties":false}""", ["{}"], ["{\"x\":1}"] },
        { """{"properties":{"a":true},"required":["z"]}""", ["{\"a\":1,\"z\":null}", "{\"z\":0}"], ["{\"a\":1}"] },
        { """{"anyOf":[{"const":1},{"type":"string","maxLength":1}]}""", ["1", "\"a\""], ["2", "\"ab\""] },
        { """{"type":"object","properties":{"a":{"const":1},"b":{"const":2}},"anyOf":[{"required":["a"]},{"required":["b"]}]}""", ["{\"a\":1}", "{\"b\":2}", "{\"a\":1,\"b\":2}"], ["{}"] },
        { """{"oneOf":[{"properties":{"k":{"const":"a"}},"required":["k"],"type":"object"},{"properties":{"k":{"enum":["b","c"]}},"required":["k"],"type":"object"},{"type":"null"}]}""", ["{\"k\":\"a\"}", "{\"k\":\"c\"}", "null"], ["{\"k\":\"d\"}"] },
        { """{"allOf":[{"type":"integer","minimum":1},{"maximum":9},{"type":["number","null"]}]}""", ["1", "9"], ["0", "10", "null", "1.5"] },
        { """{"allOf":[{"properties":{"a":{"type":"string"}},"required":["a"]},{"properties":{"a":{"maxLength":1},"b":{"const":1}}}]}""", ["{\"a\":\"x\"}", "{\"a\":\"\",\"b\":1}"], ["{\"a\":\"xy\"}", "{\"b\":1}"] },
        { """{"$ref":"#/$defs/a~1b","$defs":{"a/b":{"const":1}}}""", ["1"], ["2"] },
        { """{"properties":{"v":{"type":"integer"},"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["v","next"],"additionalProperties":false}""", ["{\"v\":1,\"next\":{\"v\":2,\"next\":null}}"], ["{\"v\":1}"] },
        { """{"properties":{"child":{"allOf":[{"$ref":"#/$defs/n"}],"description":"d","default":null}},"$defs":{"n":{"type":"object","properties":{"child":{"$ref":"#/$defs/n"}}}}}""", ["{\"child\":{\"child\":{}}}"], ["{\"child\":1}"] },
        { """{"$defs":{"p":{"type":"string"}},"properties":{"x":{"$ref":"#/$defs/p","maxLength":1}}}""", ["{\"x\":\"a\"}"], ["{\"x\":\"ab\"}"] },
    };

    [Theory]
    [MemberData(nameof(Keywords))]
    public void A_schema_lets_through_its_values_and_no_others(string schema, string[] taken, string[] refused)
    {
        var grammar = Of(schema);
        Assert.All(taken, text => Assert.True(GrammarText.Accepts(grammar, text), $"{text} should pass\n{grammar}"));
        Assert.All(refused, text => Assert.False(GrammarText.Accepts(grammar, text), $"{text} should not pass\n{grammar}"));
    }

    [Theory]
    [InlineData("""{"properties":{"a":{"not":{}}}}""", "#/properties/a/not")]
    [InlineData("""{"items":{"multipleOf":2}}""", "#/items/multipleOf")]
    [InlineData("""{"uniqueItems":true}""", "#/uniqueItems")]
    [InlineData("""{"properties":{"a/b":{"if":{}}}}""", "#/properties/a~1b/if")]
    [InlineData("""{"patternProperties":{}}""", "#/patternProperties")]
    [InlineData("""{"anyOf":[{"type":"text"}]}""", "#/anyOf/0/type")]
    [InlineData("""{"type":[]}""", "#/type")]
    [InlineData("""{"type":7}""", "#/type")]
    [InlineData("""{"format":"email"}""", "#/format")]
    [InlineData("""{"pattern":"a","maxLength":3}""", "#/maxLength")]
    [InlineData("""{"pattern":"a","format":"date"}""", "#/pattern")]
    [InlineData("""{"pattern":"(?=a)"}""", "#/pattern")]
    [InlineData("""{"pattern":"(a)\\1"}""", "#/pattern")]
    [InlineData("""{"pattern":"\\bx"}""", "#/pattern")]
    [InlineData("""{"pattern":"a{5000}"}""", "#/pattern")]
    [InlineData("""{"pattern":"a)"}""", "#/pattern")]
    [InlineData("""{"pattern":"(a"}""", "#/pattern")]
    [InlineData("""{"pattern":"[a"}""", "#/pattern")]
    [InlineData("""{"pattern":"x^"}""", "#/pattern")]
    [InlineData("""{"minLength":-1}""", "#/minLength")]
    [InlineData("""{"minLength":3,"maxLength":2}""", "#/maxLength")]
    [InlineData("""{"maxLength":100000000}""", "#/maxLength")]
    [InlineData("""{"maxItems":100000000}""", "#/maxItems")]
    [InlineData("""{"type":"integer","minimum":5,"maximum":4}""", "#")]
    [InlineData("""{"type":"number","minimum":0.5}""", "#")]
    [InlineData("""{"minimum":"1"}""", "#/minimum")]
    [InlineData("""{"minimum":1e300}""", "#/minimum")]
    [InlineData("""{"enum":[]}""", "#/enum")]
    [InlineData("""{"type":"string","enum":[1]}""", "#")]
    [InlineData("""{"enum":["a"],"minLength":1}""", "#/minLength")]
    [InlineData("""{"required":"a"}""", "#/required")]
    [InlineData("""{"required":["a"],"additionalProperties":false}""", "#/required")]
    [InlineData("""{"properties":{"a":false},"required":["a"]}""", "#/properties/a")]
    [InlineData("""{"$ref":"other.json"}""", "#/$ref")]
    [InlineData("""{"items":{"$ref":"#/$defs/x"}}""", "#/items/$ref")]
    [InlineData("""{"oneOf":[{"type":"object","properties":{"a":{"const":1}}},{"type":"object"}]}""", "#/oneOf")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"type":"number"}]}""", "#/oneOf")]
    [InlineData("""{"oneOf":[{"const":1},{"const":1.0}]}""", "#/oneOf")]
    [InlineData("""{"allOf":[{"pattern":"a"},{"pattern":"b"}]}""", "#/allOf/1/pattern")]
    [InlineData("""{"allOf":[{"type":"string"},{"type":"null"}]}""", "#/allOf/1/type")]
    [InlineData("""{"allOf":[{"properties":{"a":{}},"additionalProperties":false},{"properties":{"b":{}}}]}""", "#/allOf/1/properties/b")]
    [InlineData("""{"prefixItems":[true],"items":false,"minItems":2}""", "#/minItems")]
    [InlineData("false", "#")]
    [InlineData("7", "#")]
    public void What_a_grammar_cannot_say_is_refused_with_its_place(string schema, string place)
    {
        var refusal = Assert.Throws<EngineException>(() => Of(schema));
        Assert.Equal((EngineErrorKind.BadRequest, "response_format"), (refusal.Kind, refusal.Parameter));
        Assert.Contains($"'{place}'", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>As many as a list alone may have, wherever it stands: a space, a bracket or null may stand in their place.</summary>
    [Theory]
    [InlineData("""{"type":"object","properties":{"word":LIST},"required":["word"]}""", """{"word":"w999"}""")]
    [InlineData("""{"type":"object","properties":{"word":{"anyOf":[HALF,OTHER]}},"required":["word"]}""", """{"word": "w999"}""")]
    [InlineData("""{"type":"object","properties":{"word":{"anyOf":[LIST,{"type":"null"}]}},"required":["word"]}""", """{"word":null}""")]
    [InlineData("""{"type":"array","items":LIST}""", """["w0", "w999"]""")]
    public void A_thousand_words_are_a_list(string schema, string value)
    {
        var grammar = Of(schema.Replace("LIST", Words(0, 1_000), StringComparison.Ordinal).Replace("HALF", Words(0, 500), StringComparison.Ordinal).Replace("OTHER", Words(500, 500), StringComparison.Ordinal));
        Assert.True(GrammarText.Accepts(grammar, value));
        Assert.False(GrammarText.Accepts(grammar, value.Replace("w999", "w1000", StringComparison.Ordinal).Replace("null", "\"w1000\"", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("LIST", "it has 1001 alternatives; 1000 is the most")]
    [InlineData("""{"type":"string","pattern":"x(a?){600}(a?){600}"}""", "too ambiguous")]
    public void What_is_too_much_in_a_tool_is_told_with_the_tool_and_the_place(string word, string says)
    {
        var schema = JsonDocument.Parse("""{"type":"object","properties":{"word":WORD},"required":["word"]}""".Replace("WORD", word.Replace("LIST", Words(0, 1_001), StringComparison.Ordinal), StringComparison.Ordinal)).RootElement;
        var fault = Assert.Throws<GrammarFault>(() => new ToolCallGrammar(ToolCallFormat.Plain).Write([new ToolSchema("find", JsonDocument.Parse("""{"enum":["a"]}""").RootElement), new ToolSchema("pick", schema)], many: false, otherwise: null, thoughts: null));
        Assert.StartsWith("Of the tool 'pick': The schema cannot be used at '#/properties/word", fault.Message, StringComparison.Ordinal);
        Assert.Contains(says, fault.Message, StringComparison.Ordinal);
    }

    private static string Words(int from, int count) => "{\"enum\":[" + string.Join(',', Enumerable.Range(from, count).Select(i => $"\"w{i}\"")) + "]}";

    public static TheoryData<string> Endless => new()
    {
        """{"$ref":"#"}""",
        """{"allOf":[{"$ref":"#"}]}""",
        """{"allOf":[{"$ref":"#"},{"type":"object"}]}""",
        """{"oneOf":[{"$ref":"#"},{"type":"null"}]}""",
        """{"anyOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}""",
        """{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}""",
        """{"properties":{"x":{"allOf":[{"$ref":"#"},{"required":["x"]}]}}}""",
        "{\"$ref\":\"#/$defs/0\",\"$defs\":{" + string.Join(',', Enumerable.Range(0, 40).Select(i => $"\"{i}\":{{\"allOf\":[{{\"$ref\":\"#/$defs/{i + 1}\"}},{{\"$ref\":\"#/$defs/{i + 1}\"}}]}}")) + ",\"40\":{}}}",
        string.Concat(Enumerable.Repeat("{\"items\":", 100)) + "true" + new string('}', 100),
        "{\"enum\":[" + string.Join(',', Enumerable.Range(0, 10_000)) + "]}",
        "{\"properties\":{" + string.Join(',', Enumerable.Range(0, 2_000).Select(i => $"\"{i}\":true")) + "}}",
        "{\"pattern\":\"" + string.Concat(Enumerable.Repeat("(", 40)) + "\"}",
        """{"pattern":"^(a*)*$"}""",
        """{"type":"string","pattern":"(a?){1000}b"}""",
        """{"a":1,"a":2}""",
        "{\"description\":\"" + new string('x', 70_000) + "\"}",
    };

    [Theory]
    [MemberData(nameof(Endless))]
    public void A_schema_that_has_no_end_is_refused_fault_23(string schema) => Assert.Equal(EngineErrorKind.BadRequest, Assert.Throws<EngineException>(() => Of(schema)).Kind);

    [Fact]
    public void Two_hundred_definitions_one_behind_the_other_are_followed()
    {
        var schema = "{\"$ref\":\"#/$defs/0\",\"$defs\":{" + string.Join(',', Enumerable.Range(0, 200).Select(i => $"\"{i}\":{{\"$ref\":\"#/$defs/{i + 1}\"}}")) + ",\"200\":{\"const\":1}}}";
        Assert.True(GrammarText.Accepts(Of(schema), "1"));
    }

    [Fact]
    public void Free_values_cannot_nest_without_end()
    {
        Assert.True(GrammarText.Accepts(JsonSchemaGrammar.AnyObject, "{\"a\":" + new string('[', 15) + new string(']', 15) + "}"));
        Assert.False(GrammarText.Accepts(JsonSchemaGrammar.AnyObject, "{\"a\":" + new string('[', 16) + new string(']', 16) + "}"));
    }

    private static string Of(string schema) => JsonSchemaGrammar.Of(JsonDocument.Parse(schema, new JsonDocumentOptions { MaxDepth = 500 }).RootElement);
}
