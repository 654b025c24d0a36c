using System.Net;
using System.Text.Json;

namespace Platform.ModelHost.Server.Tests;

/// <summary>Answers that must have a form, by the real engine and a model that would never find it alone.</summary>
public sealed class StructureTests(RunningModelHost running) : IClassFixture<RunningModelHost>
{
    private const string Hello = "\"model\": \"seed-chat\", \"messages\": [{\"role\": \"user\", \"content\": \"hello\"}], \"seed\": 3";
    private const string Tools = "\"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"find\", \"parameters\": {\"properties\": {\"n\": {\"enum\": [1, 2]}}, \"required\": [\"n\"]}}}]";

    private static readonly string[] Words = ["never", "ever"];

    private HttpClient Http => running.Host.Http;

    [Fact]
    public async Task A_schema_is_followed()
    {
        var text = Text(await Http.PostOkAsync("/v1/chat/completions", "{" + Hello + """
            , "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object", "properties": {"yes": {"type": "boolean"}, "n": {"type": "integer", "minimum": 5, "maximum": 9}}, "required": ["yes", "n"], "additionalProperties": false}}}}
            """));
        var value = JsonDocument.Parse(text).RootElement;
        Assert.InRange(value.GetProperty("n").GetInt32(), 5, 9);
        Assert.Contains(value.GetProperty("yes").ValueKind, new[] { JsonValueKind.True, JsonValueKind.False });
    }

    [Fact]
    public async Task A_schema_that_cannot_be_followed_is_refused_with_its_place()
    {
        var (status, body) = await Http.PostAsync("/v1/chat/completions", "{" + Hello + """, "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"properties": {"a": {"not": {}}}}}}}""");
        Assert.Equal((HttpStatusCode.BadRequest, "response_format"), (status, body.GetProperty("error").GetProperty("param").GetString()));
        Assert.Contains("#/properties/a/not", body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"grammar\": \"root ::= \\\"never\\\" | \\\"ever\\\"\"")]
    [InlineData("\"json_schema\": {\"enum\": [\"never\", \"ever\"]}")]
    public async Task A_grammar_is_followed(string field) => Assert.Contains(Text(await Http.PostOkAsync("/v1/chat/completions", "{" + Hello + ", " + field + "}")).Trim('"'), Words);

    [Theory]
    [InlineData("\"grammar\": \"root ::= [a-z ]+\"")]
    [InlineData("\"verbatim\": {\"passages\": [\"The tea house opens at eight.\"]}")]
    public async Task A_form_that_knows_no_thinking_takes_no_limit_of_it(string field)
    {
        var (status, body) = await Http.PostAsync("/v1/chat/completions", "{" + Hello + ", \"reasoning_budget\": 0, " + field + "}");
        Assert.Equal((HttpStatusCode.BadRequest, "reasoning_budget"), (status, body.GetProperty("error").GetProperty("param").GetString()));
    }

    [Fact]
    public async Task A_grammar_that_cannot_be_followed_is_400_fault_23()
    {
        var (status, body) = await Http.PostAsync("/v1/chat/completions", "{" + Hello + ", \"grammar\": \"root ::= root\"}");
        Assert.Equal((HttpStatusCode.BadRequest, "grammar"), (status, body.GetProperty("error").GetProperty("param").GetString()));
    }

    [Fact]
    public async Task A_call_that_is_required_is_made_with_arguments_of_its_schema()
    {
        var choice = (await Http.PostOkAsync("/v1/chat/completions", "{" + Hello + ", \"tool_choice\": \"required\", " + Tools + "}")).GetProperty("choices")[0];
        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(JsonValueKind.Null, choice.GetProperty("message").GetProperty("content").ValueKind);
        var call = Assert.Single(choice.GetProperty("message").GetProperty("tool_calls").EnumerateArray());
        Assert.Equal(("function", "find"), (call.GetProperty("type").GetString(), call.GetProperty("function").GetProperty("name").GetString()));
        var arguments = JsonDocument.Parse(call.GetProperty("function").GetProperty("arguments").GetString()!).RootElement;
        Assert.InRange(arguments.GetProperty("n").GetInt32(), 1, 2);
    }

    [Theory]
    [InlineData(", \"parameters\": {}")]
    [InlineData(", \"parameters\": {\"type\": \"object\"}")]
    [InlineData(", \"parameters\": {\"description\": \"Nothing.\", \"$defs\": {}}")]
    [InlineData("")]
    [InlineData(", \"parameters\": {\"type\": \"object\", \"properties\": {}}")]
    public async Task A_tool_that_lists_no_arguments_is_called_with_none(string parameters)
    {
        var choice = (await Http.PostOkAsync("/v1/chat/completions", "{" + Hello + ", \"tool_choice\": \"required\", \"temperature\": 2, \"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"now\"" + parameters + "}}]}")).GetProperty("choices")[0];
        var call = Assert.Single(choice.GetProperty("message").GetProperty("tool_calls").EnumerateArray());
        Assert.Empty(JsonDocument.Parse(call.GetProperty("function").GetProperty("arguments").GetString()!).RootElement.EnumerateObject());
    }

    [Fact]
    public async Task Half_a_mark_of_a_call_that_was_cut_is_no_text()
    {
        for (var tokens = 1; tokens <= 9; tokens++)
        {
            var choice = (await Http.PostOkAsync("/v1/chat/completions", "{" + Hello + ", \"tool_choice\": \"required\", " + Tools + ", \"max_tokens\": " + tokens + "}")).GetProperty("choices")[0];
            Assert.Equal("length", choice.GetProperty("finish_reason").GetString());
            Assert.True(string.IsNullOrEmpty(choice.GetProperty("message").GetProperty("content").GetString()), choice.ToString());
        }
    }

    [Fact]
    public async Task With_tools_and_a_schema_the_answer_is_a_call_or_a_value_of_it()
    {
        var seen = new HashSet<string?>();
        for (var seed = 1; seed < 100 && seen.Count < 2; seed++)
        {
            var choice = (await Http.PostOkAsync("/v1/chat/completions", "{" + Hello + ", " + Tools + $$$"""
                , "temperature": 2, "top_p": 1, "top_k": 0, "min_p": 0, "seed": {{{seed}}}, "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"enum": ["<t", "<u"]} } } }
                """)).GetProperty("choices")[0];
            seen.Add(choice.GetProperty("finish_reason").GetString());
            Assert.True(choice.GetProperty("message").GetProperty("content").GetString() is null or "\"<t\"" or "\"<u\"");
        }

        Assert.Equal(["stop", "tool_calls"], seen.Order());
    }

    [Fact]
    public async Task Without_parallel_calls_there_is_never_a_second()
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            var choice = (await Http.PostOkAsync("/v1/chat/completions", "{" + Hello + ", \"tool_choice\": \"required\", " + Tools + ", \"parallel_tool_calls\": false, \"temperature\": 2, \"top_p\": 1, \"top_k\": 0, \"min_p\": 0, \"seed\": " + seed + "}")).GetProperty("choices")[0];
            Assert.Single(choice.GetProperty("message").GetProperty("tool_calls").EnumerateArray());
        }
    }

    [Fact]
    public async Task Timings_come_with_every_chunk_where_they_are_asked_for()
    {
        var events = await Http.PostStreamAsync("/v1/chat/completions", "{" + Hello + ", \"max_tokens\": 6, \"stream\": true, \"timings_per_token\": true}");
        var counts = events.SkipLast(1).Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement)
            .Where(chunk => chunk.TryGetProperty("timings", out _)).Select(chunk => chunk.GetProperty("timings").GetProperty("predicted_n").GetInt32()).ToList();
        Assert.Equal(Enumerable.Range(1, counts[^1]), counts.Distinct());
        Assert.Equal(counts[^1], counts[^2]); // the last stands with the finish reason
    }

    [Fact]
    public async Task A_conversation_with_calls_and_results_goes_on_also_with_broken_arguments_conformance_8()
    {
        var body = """
            {"model": "seed-chat", "max_tokens": 4, "messages": [{"role": "user", "content": "hello"},
             {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "find", "arguments": "{\"q\": "}}, {"id": "c2", "type": "function", "function": {"name": "find", "arguments": "{}"}}]},
             {"role": "tool", "tool_call_id": "c2", "content": "two"}, {"role": "tool", "tool_call_id": "c1", "content": "one"}], TOOLS, "tool_choice": "none"}
            """;
        await Http.PostOkAsync("/v1/chat/completions", body.Replace("TOOLS", Tools, StringComparison.Ordinal));
        var prompt = (await Http.PostOkAsync("/apply-template", body.Replace("TOOLS", Tools, StringComparison.Ordinal))).GetProperty("prompt").GetString();
        Assert.Contains("find", prompt, StringComparison.Ordinal);
        Assert.Contains("one", prompt, StringComparison.Ordinal);
    }

    /// <summary>Many engines number the calls of each turn anew.</summary>
    [Fact]
    public async Task An_id_of_a_call_may_be_used_again_in_a_later_turn()
    {
        const string body = """
            {"model": "seed-chat", "max_tokens": 1, "messages": [{"role": "user", "content": "hello"},
             {"role": "assistant", "content": null, "tool_calls": [{"id": "call_0", "type": "function", "function": {"name": "find", "arguments": "{}"}}]}, {"role": "tool", "tool_call_id": "call_0", "content": "one"},
             {"role": "assistant", "content": null, "tool_calls": [{"id": "call_0", "type": "function", "function": {"name": "find", "arguments": "{}"}}]}, {"role": "tool", "tool_call_id": "call_0", "content": "two"}]}
            """;
        Assert.Contains("two", (await Http.PostOkAsync("/apply-template", body)).GetProperty("prompt").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_answers_come_from_one_prompt()
    {
        var whole = await Http.PostOkAsync("/v1/chat/completions", "{" + Hello + ", \"n\": 3, \"max_tokens\": 3, \"temperature\": 2, \"logprobs\": true, \"top_logprobs\": 2}");
        Assert.Equal([0, 1, 2], whole.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("index").GetInt32()));
        Assert.InRange(whole.GetProperty("usage").GetProperty("completion_tokens").GetInt32(), 3, 9);
        var tokens = whole.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("content");
        Assert.All(tokens.EnumerateArray(), token => Assert.Equal(2, token.GetProperty("top_logprobs").GetArrayLength()));
    }

    private static string Text(JsonElement whole) => whole.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
}
