using System.Text.Json;
using Platform.ModelHost.Engine.Tests.Grammars;
using Platform.ModelHost.Engine.Tests.Templates;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Engine.Tokens.Answers;

namespace Platform.ModelHost.Engine.Tests.Answers;

/// <summary>Every family writes calls in its own way; the way is found by letting its template show one.</summary>
public sealed class ToolCallTests
{
    private const string Weather = """{"city": "巴黎 \"x\" {", "days": 2, "exact": true}""", Search = """{"query": "leave"}""";

    private static readonly JsonElement[] Tools =
    [
        Json("""{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"},"exact":{"type":"boolean"}},"required":["city","days","exact"]}}}"""),
        Json("""{"type":"function","function":{"name":"search","parameters":{"type":"object","properties":{"query":{"type":"string"}},"required":["query"]}}}"""),
        Json("""{"type":"function","function":{"name":"now"}}"""),
    ];

    public static TheoryData<string, string, string> Families => new()
    {
        { "qwen2.5", "<tool_call>", """<tool_call>{n}{"name": "get_weather", "arguments": {1}}{n}</tool_call>{n}<tool_call>{n}{"name": "search", "arguments": {2}}{n}</tool_call>""" },
        { "qwen3", "<tool_call>", """<tool_call>{n}{"name": "get_weather", "arguments": {1}}{n}</tool_call>{n}<tool_call>{n}{"name": "search", "arguments": {2}}{n}</tool_call>""" },
        { "llama3", "{\"name\": \"", """{"name": "get_weather", "parameters": {1}}""" },
        { "mistral-v3", "[TOOL_CALLS]", """[TOOL_CALLS] [{"name": "get_weather", "arguments": {1}, "id": "abc123DEF"}, {"name": "search", "arguments": {2}, "id": "abc123DEG"}]""" },
        { "deepseek-r1", "<｜tool▁calls▁begin｜>", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather{n}```json{n}{1}{n}```<｜tool▁call▁end｜>{n}<｜tool▁call▁begin｜>function<｜tool▁sep｜>search{n}```json{n}{2}{n}```<｜tool▁call▁end｜><｜tool▁calls▁end｜>" },
        { "glm4", "<tool_call>", "<tool_call>get_weather{n}<arg_key>city</arg_key>{n}<arg_value>巴黎 \"x\" {</arg_value>{n}<arg_key>days</arg_key>{n}<arg_value>2</arg_value>{n}<arg_key>exact</arg_key>{n}<arg_value>true</arg_value>{n}</tool_call>{n}<tool_call>search{n}<arg_key>query</arg_key>{n}<arg_value>leave</arg_value>{n}</tool_call>" },
        { "smollm3", "<|tool_call|>", """<|tool_call|>[{"name": "get_weather", "arguments": {1}}, {"name": "search", "arguments": {2}}]""" },
        { "granite3", "<|tool_call|>", """<|tool_call|>[{"name": "get_weather", "arguments": {1}}, {"name": "search", "arguments": {2}}]""" },
        { "gpt-oss", "<|channel|>commentary to=functions.", "<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{1}" },
        { "chatml", "<tool_call>", """<tool_call>{n}{"name": "get_weather", "arguments": {1}}{n}</tool_call>{n}<tool_call>{n}{"name": "search", "arguments": {2}}{n}</tool_call>""" },
    };

    [Theory]
    [MemberData(nameof(Families))]
    public void The_calls_of_every_family_are_read_however_they_are_cut(string family, string trigger, string answer)
    {
        answer = Filled(answer);
        var template = Of(family, Control(family));
        Assert.Equal(trigger, template.Answers.Calls.Trigger);
        foreach (var size in Reading.Sizes)
        {
            var reading = Reading.Of(template.Answers.Read("", Tools), answer, size);
            Assert.Equal("", reading.Content);
            Assert.Equal(["get_weather", "search"], reading.Calls.Select(call => call.Name).Concat(["search"]).Distinct());
            Assert.True(JsonElement.DeepEquals(Json(Weather), Json(reading.Calls[0].Arguments)), reading.Calls[0].Arguments);
            if (reading.Calls.Count > 1) { Assert.True(JsonElement.DeepEquals(Json(Search), Json(reading.Calls[1].Arguments)), reading.Calls[1].Arguments); }
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void The_grammar_of_every_family_takes_its_calls_and_no_others(string family, string trigger, string answer)
    {
        answer = Filled(answer);
        var answers = Of(family, Control(family)).Answers;
        var lazy = answers.Grammar("", Tools, new ToolUse())!;
        Assert.Equal([trigger], lazy.Triggers);
        Assert.StartsWith(trigger, answer, StringComparison.Ordinal);
        Assert.True(GrammarText.Accepts(lazy.Text, answer), lazy.Text);
        Assert.False(GrammarText.Accepts(lazy.Text, answer.Replace("get_weather", "get_whether", StringComparison.Ordinal)));
        Assert.False(GrammarText.Accepts(lazy.Text, answer.Replace("2", "two", StringComparison.Ordinal)));
        var forced = answers.Grammar("", Tools, new ToolUse(Only: "search", Many: false))!;
        Assert.Empty(forced.Triggers);
        Assert.False(GrammarText.Accepts(forced.Text, answer));
    }

    /// <summary>In a format of pairs every property's schema may lead to what stands beside the properties, and a list of values is looked at like any other.</summary>
    [Fact]
    public void Pairs_follow_references_and_refuse_what_is_no_list()
    {
        var answers = Of("glm4", Control("glm4")).Answers;
        const string parameters = """{"type":"object","properties":{"place":{"$ref":"#/$defs/Place"},"unit":{"type":"string","enum":["c","f"]},"code":{"enum":["1",2]}},"required":["place","unit","code"],"$defs":{"Place":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}""";
        var grammar = answers.Grammar("", [Tool(parameters)], new ToolUse(Only: "find", Many: false))!.Text;
        var call = "<tool_call>find\n<arg_key>place</arg_key>\n<arg_value>{\"city\": \"Bern\"}</arg_value>\n<arg_key>unit</arg_key>\n<arg_value>c</arg_value>\n<arg_key>code</arg_key>\n<arg_value>\"1\"</arg_value>\n</tool_call>";
        Assert.True(GrammarText.Accepts(grammar, call), grammar);
        Assert.False(GrammarText.Accepts(grammar, call.Replace("\"Bern\"", "1", StringComparison.Ordinal)));
        Assert.False(GrammarText.Accepts(grammar, call.Replace(">c<", ">k<", StringComparison.Ordinal)));
        var reading = Reading.Of(answers.Read("", [Tool(parameters)]), call, 3);
        Assert.True(JsonElement.DeepEquals(Json("""{"place":{"city":"Bern"},"unit":"c","code":"1"}"""), Json(Assert.Single(reading.Calls).Arguments)), reading.Calls[0].Arguments);

        var refused = Assert.Throws<EngineException>(() => answers.Grammar("", [Tool("""{"type":"object","properties":{"unit":{"type":"string","enum":"c"}}}""")], new ToolUse()));
        Assert.Equal(EngineErrorKind.BadRequest, refused.Kind);
        Assert.Contains("#/properties/unit/enum", refused.Message, StringComparison.Ordinal);

        static JsonElement Tool(string parameters) => Json($$$"""{"type":"function","function":{"name":"find","parameters":{{{parameters}}}}}""");
    }

    /// <summary>Llama 3 marks its calls by nothing: they are told from a value of the schema by their form, and by the tool's name.</summary>
    [Theory]
    [InlineData("""{"name": "Ann", "parameters": [1]}""", true)]
    [InlineData("""{"name": "Ann Lee", "parameters": []}""", true)]
    [InlineData("""{"name": "get_weather", "parameters": [2]}""", true)]
    [InlineData("""{"name": "安", "parameters": []}""", true)]
    [InlineData("""{"name": "search", "parameters": {"query": "leave"}}""", false)]
    public void A_bare_call_and_a_value_of_a_schema_are_told_apart(string answer, bool isValue)
    {
        var answers = Of("llama3", Control("llama3")).Answers;
        var use = new ToolUse { Otherwise = Json("""{"type":"object","properties":{"name":{"type":"string"},"parameters":{"type":"array","items":{"type":"integer"}}},"required":["name","parameters"],"additionalProperties":false}""") };
        var grammar = answers.Grammar("", Tools, use)!;
        Assert.Empty(grammar.Triggers);
        Assert.True(GrammarText.Accepts(grammar.Text, answer), grammar.Text);
        Assert.False(GrammarText.Accepts(grammar.Text, answer.Replace("\"name\"", "\"title\"", StringComparison.Ordinal)));
        foreach (var size in Reading.Sizes)
        {
            var reading = Reading.Of(answers.Read("", Tools), answer, size);
            Assert.Equal((isValue ? answer : "", isValue ? 0 : 1), (reading.Content, reading.Calls.Count));
        }
    }

    [Fact]
    public void A_value_that_looks_like_a_call_of_a_tool_that_is_not_on_offer_is_a_value()
    {
        const string value = """{"name": "Ann", "parameters": {"age": 3}}""";
        foreach (var size in Reading.Sizes)
        {
            var reading = Reading.Of(Of("llama3", Control("llama3")).Answers.Read("", Tools), value, size);
            Assert.Equal((value, 0), (reading.Content, reading.Calls.Count));
        }
    }

    [Theory]
    [InlineData("qwen3", "Let me look.\n\n<tool_call>\n{\"name\": \"now\", \"arguments\": {}}\n</tool_call>\n", "Let me look.", "now {}")]
    [InlineData("qwen3", "<tool_call>{\"name\":\"now\",\"arguments\":{}}</tool_call><tool_call>{\"name\":\"search\",\"arguments\":{\"query\":\"a\"}}</tool_call>", "", "now {};search {\"query\":\"a\"}")]
    [InlineData("qwen3", "<think>\nTime?\n</think>\n\n<tool_call>\n{\"name\": \"now\", \"arguments\": {}}\n</tool_call>", "", "now {}")]
    [InlineData("qwen3", "The tag <tool_call> begins a call.", "The tag <tool_call> begins a call.", "")]
    [InlineData("qwen3", "a < b <tool", "a < b <tool", "")]
    [InlineData("qwen3", "<tool_call>\n{\"name\": \"search\", \"arguments\": {\"query\": \"cut o", "", "search {\"query\": \"cut o")]
    [InlineData("qwen3", "So: <tool_call>\n{\"name\": \"sea", "So:", "")]
    [InlineData("qwen3", "<tool_call>", "", "")]
    [InlineData("qwen3", "<tool_call>\n{\"name\": \"now\", \"arguments\": {}}\n</tool_call>\nDone.", "Done.", "now {}")]
    [InlineData("llama3", "I do not know {anything}.", "I do not know {anything}.", "")]
    [InlineData("llama3", "{\"name\": \"now\", \"parameters\": {}}", "", "now {}")]
    [InlineData("glm4", "<tool_call>now\n</tool_call>", "", "now {}")]
    [InlineData("glm4", "\n<think>Time.</think>\n<tool_call>search<arg_key>query</arg_key><arg_value>[1]</arg_value></tool_call>", "", "search {\"query\": \"[1]\"}")]
    [InlineData("deepseek-r1", "Hm.</think>I look.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>now\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>", "Hm.</think>I look.", "now {}")]
    public void Calls_stand_beside_text(string family, string answer, string content, string calls)
    {
        foreach (var size in Reading.Sizes)
        {
            var reading = Reading.Of(Of(family).Answers.Read("", Tools), answer, size);
            Assert.Equal((content, calls), (reading.Content, string.Join(';', reading.Calls.Select(call => $"{call.Name} {call.Arguments}"))));
        }
    }

    [Theory]
    [InlineData("{{ messages[-1].tool_calls[0].function.name if messages[-1].tool_calls else messages[-1].content }}")]
    [InlineData("{{ messages[0].content }}{{ messages[-1].tool_calls | tojson if messages[-1].tool_calls }}")]
    [InlineData("{{ messages[0].content }}{% for c in messages[-1].tool_calls or [] %}{{ c.function.arguments }}{{ c.function.name }}{% endfor %}")]
    [InlineData("{{ messages[0].content }}{% for c in messages[-1].tool_calls or [] %}{{ c.function.name }}{{ c.function.arguments | tojson }}{% endfor %}")]
    [InlineData("{{ messages[0].content }}{% for c in messages[-1].tool_calls or [] %}{{ c.id }}{{ c.function.name }}{{ c.function.arguments.values() | join }}{% endfor %}")]
    [InlineData("{{ messages[0].content }}{% for c in messages[-1].tool_calls or [] %}x{{ loop.index }}{{ c.function.name * loop.length }}{{ c.function.arguments | tojson }}{% endfor %}")]
    [InlineData("{{ messages[0].content }}{% if tools %}{{ raise_exception('no tools') }}{% endif %}")]
    [InlineData("nothing at all")]
    public void A_template_that_shows_calls_in_no_way_that_can_be_told_gets_the_plain_form(string source)
    {
        var template = new ChatTemplate("m", source, SpecialTexts.None, GoldenFiles.Clock.Instance);
        Assert.Null(template.Weakness);
        Assert.Equal("<tool_call>", template.Answers.Calls.Trigger);
    }

    [Fact]
    public void Whatever_a_model_writes_is_read_without_a_fault()
    {
        var random = new Random(17);
        foreach (var family in Families.Select(row => row.Data.Item1))
        {
            var answers = Of(family, Control(family)).Answers;
            var calls = answers.Calls;
            string[] bits = ["<think>", "</think>", "get_weather", "{\"city\": \"a", "\"}", "{}", "\n", " ", "<", "text", "<|channel|>", "<|message|>", "<|end|>", calls.Open, calls.BeforeName, calls.AfterName, calls.AfterArguments, calls.Between ?? "", calls.Close, calls.Pairs?.BeforeKey ?? "", calls.Pairs?.AfterKey ?? "", calls.Pairs?.AfterValue ?? ""];
            for (var round = 0; round < 300; round++)
            {
                var answer = string.Concat(Enumerable.Range(0, random.Next(1, 20)).Select(_ => bits[random.Next(bits.Length)]));
                var whole = Reading.Of(answers.Read("", Tools), answer, int.MaxValue);
                var cut = Reading.Of(answers.Read("", Tools), answer, 1 + random.Next(4));
                Assert.Equal((whole.Reasoning, whole.Content), (cut.Reasoning, cut.Content));
                Assert.Equal(whole.Calls, cut.Calls);
            }
        }
    }

    [Fact]
    public void Without_tools_nothing_is_taken_for_a_call()
    {
        const string Answer = "<tool_call>\n{\"name\": \"now\", \"arguments\": {}}\n</tool_call>";
        Assert.Equal(Answer, Reading.Of(Of("qwen3").Answers.Read("", []), Answer, 3).Content);
    }

    [Fact]
    public void A_forced_call_may_think_first()
    {
        var answers = Of("deepseek-r1").Answers;
        const string Call = "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>now\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>";
        var opened = answers.Grammar("<｜Assistant｜><think>\n", Tools, new ToolUse(Only: "now"))!.Text;
        Assert.True(GrammarText.Accepts(opened, "I need < the time.\n</think>\n\n" + Call));
        Assert.False(GrammarText.Accepts(opened, Call));
        var closed = answers.Grammar("<｜Assistant｜>", Tools, new ToolUse(Only: "now"))!.Text;
        Assert.True(GrammarText.Accepts(closed, Call));
        Assert.True(GrammarText.Accepts(closed, "<think>Hm.</think>" + Call));
    }

    [Fact]
    public void With_a_schema_an_answer_is_a_call_or_a_value_of_it_and_nothing_else()
    {
        const string Call = "<tool_call>\n{\"name\": \"now\", \"arguments\": {}}\n</tool_call>";
        var use = new ToolUse { Otherwise = Json("""{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false}""") };
        var both = Of("qwen3").Answers.Grammar("", Tools, use)!;
        Assert.Empty(both.Triggers);
        Assert.True(GrammarText.Accepts(both.Text, Call));
        Assert.True(GrammarText.Accepts(both.Text, "{\"n\": 7}"));
        Assert.True(GrammarText.Accepts(both.Text, "<think>Hm.</think>\n{\"n\": 7}"));
        Assert.False(GrammarText.Accepts(both.Text, "Seven."));
        Assert.False(GrammarText.Accepts(both.Text, "{\"n\": 7}" + Call));
        var alone = Of("qwen3").Answers.Grammar("<think>\n", [], use)!.Text; // the thinking was opened: the value comes after it
        Assert.True(GrammarText.Accepts(alone, "Hm.</think>{\"n\": 7}"));
        Assert.False(GrammarText.Accepts(alone, "{\"n\": 7}"));
        Assert.False(GrammarText.Accepts(Of("qwen3").Answers.Grammar("", Tools, use with { MustCall = true })!.Text, "{\"n\": 7}"));
    }

    [Fact]
    public void Tools_that_are_not_of_the_apis_form_are_refused()
    {
        var answers = Of("qwen3").Answers;
        Assert.Equal("tools", Assert.Throws<EngineException>(() => answers.Grammar("", [Json("""{"type":"function","function":{"name":"a b"}}""")], new ToolUse())).Parameter);
        Assert.Equal("tools", Assert.Throws<EngineException>(() => answers.Grammar("", [Json("""{"type":"function","function":{"name":"a","parameters":{"type":"object","properties":{"x":{"type":"string","contentEncoding":"base64"}}}}}""")], new ToolUse())).Parameter);
        Assert.Equal("tool_choice", Assert.Throws<EngineException>(() => answers.Grammar("", Tools, new ToolUse(Only: "nothing"))).Parameter);
    }

    [Fact]
    public void Marks_that_are_control_tokens_must_be_shown()
    {
        Assert.False(Of("qwen3").Answers.NeedsControlTokens);
        Assert.True(Of("mistral-v3", ["[TOOL_CALLS]"]).Answers.NeedsControlTokens);
        Assert.True(Of("gpt-oss").Answers.NeedsControlTokens);
    }

    /// <summary>The template of smollm3 shows no calls; its vocabulary has a mark for them.</summary>
    private static IReadOnlyList<string> Control(string family) => family == "smollm3" ? ["<|tool_call|>"] : [];

    private static string Filled(string answer) => answer.Replace("{n}", "\n", StringComparison.Ordinal).Replace("{1}", Weather, StringComparison.Ordinal).Replace("{2}", Search, StringComparison.Ordinal);

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static ChatTemplate Of(string family, IReadOnlyList<string>? control = null) =>
        new("m", File.ReadAllText(Path.Combine(GoldenFiles.Folder, "families", family + ".jinja")), new SpecialTexts("<bos>", true, "<eos>", false, control ?? [], []), GoldenFiles.Clock.Instance);
}
