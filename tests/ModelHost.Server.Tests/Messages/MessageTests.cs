using System.Net;
using System.Text;
using System.Text.Json;

namespace Platform.ModelHost.Server.Tests.Messages;

/// <summary>Anthropic's Messages API over the real engine, as it goes over the wire.</summary>
public sealed class MessageTests(RunningModelHost running) : IClassFixture<RunningModelHost>
{
    private const string Path = "/v1/messages";
    private const string Hello = "\"model\": \"seed-chat\", \"seed\": 3, \"max_tokens\": 8, \"messages\": [{\"role\": \"user\", \"content\": \"hello\"}]";
    private const string Tools = "\"tools\": [{\"name\": \"find\", \"input_schema\": {\"type\": \"object\", \"properties\": {\"n\": {\"enum\": [1, 2]}}, \"required\": [\"n\"]}}]";

    private HttpClient Http => running.Host.Http;

    [Fact]
    public async Task A_question_is_answered_by_a_message()
    {
        var whole = await Http.PostOkAsync(Path, "{" + Hello + ", \"system\": [{\"type\": \"text\", \"text\": \"Be brief.\", \"cache_control\": {\"type\": \"ephemeral\"}}], \"metadata\": {\"user_id\": \"" + new string('u', 200) + "\"}}");
        Assert.StartsWith("msg_", whole.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal(("message", "assistant", "seed-chat"), (whole.GetProperty("type").GetString(), whole.GetProperty("role").GetString(), whole.GetProperty("model").GetString()));
        var block = Assert.Single(whole.GetProperty("content").EnumerateArray());
        Assert.Equal("text", block.GetProperty("type").GetString());
        Assert.NotEmpty(block.GetProperty("text").GetString()!);
        Assert.Contains(whole.GetProperty("stop_reason").GetString(), new List<string?> { "end_turn", "max_tokens" });
        Assert.Equal(JsonValueKind.Null, whole.GetProperty("stop_sequence").ValueKind);
        Assert.InRange(whole.GetProperty("usage").GetProperty("output_tokens").GetInt32(), 1, 8);
    }

    [Fact]
    public async Task The_stream_is_one_block_after_the_other_between_start_and_stop()
    {
        var whole = await Http.PostOkAsync(Path, "{" + Hello + "}");
        var events = await StreamAsync("{" + Hello + ", \"stream\": true}");
        Assert.Equal(["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"], events.Select(Type).Where((type, i) => i == 0 || type != Type(events[i - 1])));
        Assert.Equal(whole.GetProperty("content")[0].GetProperty("text").GetString(), string.Concat(events.Where(step => Type(step) == "content_block_delta").Select(step => step.GetProperty("delta").GetProperty("text").GetString())));
        Assert.Equal(whole.GetProperty("stop_reason").GetString(), events[^2].GetProperty("delta").GetProperty("stop_reason").GetString());
        Assert.Equal(whole.GetProperty("usage").GetProperty("output_tokens").GetInt32(), events[^2].GetProperty("usage").GetProperty("output_tokens").GetInt32());
        Assert.True(Read(events[0].GetProperty("message").GetProperty("usage")) > 0);
        Assert.Equal(Read(whole.GetProperty("usage")), Read(events[0].GetProperty("message").GetProperty("usage")));

        static int Read(JsonElement usage) => usage.GetProperty("input_tokens").GetInt32() + usage.GetProperty("cache_read_input_tokens").GetInt32();
    }

    [Fact]
    public async Task A_call_comes_as_a_block_and_its_result_goes_back()
    {
        var forced = Hello.Replace("\"max_tokens\": 8", "\"max_tokens\": 200", StringComparison.Ordinal) + ", \"tool_choice\": {\"type\": \"any\", \"disable_parallel_tool_use\": true}, " + Tools;
        var whole = await Http.PostOkAsync(Path, "{" + forced + "}");
        Assert.Equal("tool_use", whole.GetProperty("stop_reason").GetString());
        var block = Assert.Single(whole.GetProperty("content").EnumerateArray());
        Assert.Equal(("tool_use", "find"), (block.GetProperty("type").GetString(), block.GetProperty("name").GetString()));
        Assert.InRange(block.GetProperty("input").GetProperty("n").GetInt32(), 1, 2);
        var events = await StreamAsync("{" + forced + ", \"stream\": true}");
        Assert.Equal("{}", events.Single(step => Type(step) == "content_block_start").GetProperty("content_block").GetProperty("input").GetRawText());
        var streamed = JsonDocument.Parse(string.Concat(events.Where(step => Type(step) == "content_block_delta").Select(step => step.GetProperty("delta").GetProperty("partial_json").GetString()))).RootElement;
        Assert.Equal(block.GetProperty("input").GetProperty("n").GetInt32(), streamed.GetProperty("n").GetInt32());

        var next = """
            {"model": "seed-chat", "max_tokens": 4, TOOLS, "tool_choice": {"type": "none"}, "messages": [{"role": "user", "content": "hello"}, {"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm.", "signature": ""}, CALL]},
             {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "ID", "content": [{"type": "text", "text": "done"}], "is_error": true}, {"type": "text", "text": "and now?"}]}]}
            """;
        next = next.Replace("TOOLS", Tools, StringComparison.Ordinal).Replace("CALL", block.GetRawText(), StringComparison.Ordinal).Replace("\"ID\"", block.GetProperty("id").GetRawText(), StringComparison.Ordinal);
        await Http.PostOkAsync(Path, next);
    }

    [Fact]
    public async Task A_call_that_was_cut_off_is_no_block_of_the_message()
    {
        var cut = Hello.Replace("\"max_tokens\": 8", "\"max_tokens\": 50", StringComparison.Ordinal) + ", \"tool_choice\": {\"type\": \"any\"}, " + Tools.Replace("\"enum\": [1, 2]", "\"type\": \"string\", \"minLength\": 300", StringComparison.Ordinal);
        var whole = await Http.PostOkAsync(Path, "{" + cut + "}");
        Assert.Equal("max_tokens", whole.GetProperty("stop_reason").GetString());
        Assert.Empty(whole.GetProperty("content").EnumerateArray());
        var events = await StreamAsync("{" + cut + ", \"stream\": true}");
        Assert.Equal("max_tokens", events[^2].GetProperty("delta").GetProperty("stop_reason").GetString());
        Assert.Contains(events, step => Type(step) == "content_block_start"); // what has been told is told
    }

    [Fact]
    public async Task A_stop_text_is_told_and_is_not_part_of_the_answer()
    {
        const string greedy = "\"model\": \"seed-chat\", \"temperature\": 0, \"max_tokens\": 12, \"messages\": [{\"role\": \"user\", \"content\": \"hello\"}]";
        var text = Text(await Http.PostOkAsync(Path, "{" + greedy + "}"));
        var stop = text.Substring(text.Length / 2, 1);
        var stopped = await Http.PostOkAsync(Path, "{" + greedy + ", \"stop_sequences\": [" + JsonSerializer.Serialize(stop) + "]}");
        Assert.Equal((text[..text.IndexOf(stop, StringComparison.Ordinal)], "stop_sequence", stop), (Text(stopped), stopped.GetProperty("stop_reason").GetString(), stopped.GetProperty("stop_sequence").GetString()));
    }

    [Fact]
    public async Task A_schema_is_followed() =>
        Assert.Matches("^\"n?ever\"$", Text(await Http.PostOkAsync(Path, "{" + Hello + ", \"output_config\": {\"format\": {\"type\": \"json_schema\", \"schema\": {\"enum\": [\"never\", \"ever\"]}}}}")));

    [Fact]
    public async Task The_tokens_that_are_counted_are_those_that_are_read()
    {
        var counted = await Http.PostOkAsync(Path + "/count_tokens", "{\"model\": \"seed-chat\", \"system\": \"Be brief.\", \"messages\": [{\"role\": \"user\", \"content\": \"hello\"}]}");
        var usage = (await Http.PostOkAsync(Path, "{" + Hello + ", \"system\": \"Be brief.\"}")).GetProperty("usage");
        Assert.Equal(usage.GetProperty("input_tokens").GetInt32() + usage.GetProperty("cache_read_input_tokens").GetInt32(), counted.GetProperty("input_tokens").GetInt32());
    }

    [Theory]
    [InlineData("{\"model\": \"absent\", \"max_tokens\": 1, \"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}", HttpStatusCode.NotFound, "not_found_error", "absent")]
    [InlineData("{", HttpStatusCode.BadRequest, "invalid_request_error", "JSON")]
    [InlineData("{\"model\": \"seed-chat\", \"messages\": []}", HttpStatusCode.BadRequest, "invalid_request_error", "messages")]
    [InlineData("{\"model\": \"seed-chat\", \"messages\": [{\"role\": \"user\", \"content\": 5}]}", HttpStatusCode.BadRequest, "invalid_request_error", "messages.[0].content")]
    [InlineData("{\"model\": \"seed-chat\", \"messages\": [{\"role\": \"clown\", \"content\": \"a\"}]}", HttpStatusCode.BadRequest, "invalid_request_error", "messages.[0].role")]
    [InlineData("{\"model\": \"seed-chat\", \"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image\"}]}]}", HttpStatusCode.BadRequest, "invalid_request_error", "messages.[0].content.[0]")]
    [InlineData("{\"model\": \"seed-chat\", \"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"tool_result\", \"tool_use_id\": \"x\"}]}]}", HttpStatusCode.BadRequest, "invalid_request_error", "'x'")]
    [InlineData("{\"model\": \"seed-chat\", \"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"tools\": [{\"type\": \"web_search_20250305\", \"name\": \"w\"}]}", HttpStatusCode.BadRequest, "invalid_request_error", "web_search")]
    [InlineData("{\"model\": \"seed-chat\", \"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"tool_choice\": {\"type\": \"some\"}}", HttpStatusCode.BadRequest, "invalid_request_error", "tool_choice.type")]
    [InlineData("{\"model\": \"seed-chat\", \"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"thinking\": {\"type\": \"enabled\", \"budget_tokens\": 0}}", HttpStatusCode.BadRequest, "invalid_request_error", "thinking.budget_tokens")]
    [InlineData("{\"model\": \"seed-chat\", \"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b \"}]}", HttpStatusCode.BadRequest, "invalid_request_error", "messages.[1].content")]
    [InlineData("{\"model\": \"seed-chat\", \"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}], \"thinking\": {\"type\": \"enabled\"}}", HttpStatusCode.BadRequest, "invalid_request_error", "'thinking'")]
    [InlineData("{\"model\": \"seed-chat\", \"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}], \"output_config\": {\"format\": {\"type\": \"json_schema\", \"schema\": {}}}}", HttpStatusCode.BadRequest, "invalid_request_error", "output_config.format")]
    [InlineData("{\"model\": \"seed-chat\", \"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}], \"tools\": [{\"name\": \"f\", \"input_schema\": {}}], \"tool_choice\": {\"type\": \"any\"}}", HttpStatusCode.BadRequest, "invalid_request_error", "tool_choice")]
    [InlineData("{\"model\": \"seed-chat\", \"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"stop_sequences\": [\"x\"], \"verbatim\": {\"passages\": [\"a b\"]}}", HttpStatusCode.BadRequest, "invalid_request_error", "stop_sequences does not")]
    [InlineData("{\"model\": \"seed-chat\", \"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"output_config\": {\"format\": {\"type\": \"json_schema\", \"schema\": {}}}, \"verbatim\": {\"passages\": [\"a b\"]}}", HttpStatusCode.BadRequest, "invalid_request_error", "output_config.format does not")]
    [InlineData("{\"model\": \"seed-chat\", \"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"mcp_servers\": []}", HttpStatusCode.BadRequest, "invalid_request_error", "tools itself")]
    public async Task Refusals_have_anthropics_shape(string body, HttpStatusCode status, string type, string saying)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await Http.PostAsync(new Uri(Path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        var error = await Calls.ReadAsync(response);
        Assert.Equal((status, "error", type), (response.StatusCode, error.GetProperty("type").GetString(), error.GetProperty("error").GetProperty("type").GetString()));
        Assert.Contains(saying, error.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(response.Headers.GetValues("request-id").Single(), error.GetProperty("request_id").GetString());
    }

    [Fact]
    public async Task A_wrong_key_is_an_authentication_error_in_its_words()
    {
        using var http = new HttpClient { BaseAddress = running.Host.Endpoint };
        http.DefaultRequestHeaders.Add("x-api-key", "wrong");
        var (status, body) = await http.PostAsync(Path, "{" + Hello + "}");
        Assert.Equal((HttpStatusCode.Unauthorized, "authentication_error"), (status, body.GetProperty("error").GetProperty("type").GetString()));
    }

    [Theory]
    [InlineData("/v1/messages/batches")]
    [InlineData("/v1/messages/count_tokens/more")]
    public async Task What_is_not_there_is_told_in_its_words_too(string path)
    {
        var (status, body) = await Http.PostAsync(path, "{}");
        Assert.Equal((HttpStatusCode.NotFound, "error", "not_found_error"), (status, body.GetProperty("type").GetString(), body.GetProperty("error").GetProperty("type").GetString()));
        Assert.Contains(path, body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_has_begun_goes_on_where_it_ends()
    {
        const string asked = "\"messages\": [{\"role\": \"user\", \"content\": \"hello\"}";
        const string begun = asked + ", {\"role\": \"assistant\", \"content\": [{\"type\": \"text\", \"text\": \"The river is\"}]}]";
        var opened = (await Http.PostOkAsync("/apply-template", "{\"model\": \"seed-chat\", " + asked + "]}")).GetProperty("prompt").GetString();
        var prompt = JsonSerializer.Serialize(opened + "The river is");
        var raw = (await Http.PostOkAsync("/v1/completions", "{\"model\": \"seed-chat\", \"temperature\": 0, \"max_tokens\": 8, \"prompt\": " + prompt + "}")).GetProperty("choices")[0].GetProperty("text").GetString();
        Assert.Equal(raw, Text(await Http.PostOkAsync(Path, "{\"model\": \"seed-chat\", \"temperature\": 0, \"max_tokens\": 8, " + begun + "}")));
        var counted = (await Http.PostOkAsync("/tokenize", "{\"model\": \"seed-chat\", \"content\": " + prompt + ", \"add_special\": true, \"parse_special\": true, \"count_only\": true}")).GetProperty("counts")[0].GetInt32();
        Assert.Equal(counted, (await Http.PostOkAsync(Path + "/count_tokens", "{\"model\": \"seed-chat\", " + begun + "}")).GetProperty("input_tokens").GetInt32());
    }

    private async Task<List<JsonElement>> StreamAsync(string body)
    {
        var events = (await Http.PostStreamAsync(Path, body)).Select(text => (Name: text.Split('\n')[0]["event: ".Length..], Body: JsonDocument.Parse(text.Split('\n')[1]["data: ".Length..]).RootElement)).ToList();
        Assert.All(events, step => Assert.Equal(step.Name, Type(step.Body)));
        return [.. events.Select(step => step.Body)];
    }

    private static string? Type(JsonElement step) => step.GetProperty("type").GetString();

    private static string Text(JsonElement message) => message.GetProperty("content")[0].GetProperty("text").GetString()!;
}
