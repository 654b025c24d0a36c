using System.Net;
using System.Text.Json;

namespace Platform.ModelHost.Server.Tests.Responses;

/// <summary>OpenAI's Responses API over the real engine, as it goes over the wire.</summary>
public sealed class ResponseTests(RunningModelHost running) : IClassFixture<RunningModelHost>
{
    private const string Path = "/v1/responses";
    private const string Hello = "\"model\": \"seed-chat\", \"seed\": 3, \"max_output_tokens\": 8, \"input\": \"hello\"";
    private const string Tools = "\"tools\": [{\"type\": \"function\", \"name\": \"find\", \"parameters\": {\"properties\": {\"n\": {\"enum\": [1, 2]}}, \"required\": [\"n\"]}}]";

    private HttpClient Http => running.Host.Http;

    [Fact]
    public async Task A_text_is_answered_by_a_message()
    {
        var whole = await Http.PostOkAsync(Path, "{" + Hello + ", \"instructions\": \"Be brief.\", \"metadata\": {\"a\": \"b\"}, \"store\": true}");
        Assert.StartsWith("resp_", whole.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("response", whole.GetProperty("object").GetString());
        Assert.False(whole.GetProperty("store").GetBoolean());
        Assert.Equal(JsonValueKind.Null, whole.GetProperty("error").ValueKind);
        var item = Assert.Single(whole.GetProperty("output").EnumerateArray());
        Assert.Equal(("message", "assistant"), (item.GetProperty("type").GetString(), item.GetProperty("role").GetString()));
        var part = Assert.Single(item.GetProperty("content").EnumerateArray());
        Assert.Equal("output_text", part.GetProperty("type").GetString());
        Assert.NotEmpty(part.GetProperty("text").GetString()!);
        var usage = whole.GetProperty("usage");
        Assert.InRange(usage.GetProperty("output_tokens").GetInt32(), 1, 8);
        Assert.Equal(usage.GetProperty("total_tokens").GetInt32(), usage.GetProperty("input_tokens").GetInt32() + usage.GetProperty("output_tokens").GetInt32());
        Assert.Equal(whole.GetProperty("status").GetString() == "incomplete", whole.GetProperty("incomplete_details").ValueKind == JsonValueKind.Object);
    }

    [Fact]
    public async Task The_stream_tells_every_event_in_its_order_and_ends_with_the_response()
    {
        var whole = await Http.PostOkAsync(Path, "{" + Hello + "}");
        var events = await StreamAsync("{" + Hello + ", \"stream\": true}");
        Assert.Equal(
            ["response.created", "response.in_progress", "response.output_item.added", "response.content_part.added", "response.output_text.delta", "response.output_text.done", "response.content_part.done", "response.output_item.done", "response." + whole.GetProperty("status").GetString()],
            events.Select(Type).Where((type, i) => i == 0 || type != Type(events[i - 1])));
        var text = string.Concat(events.Where(step => Type(step) == "response.output_text.delta").Select(step => step.GetProperty("delta").GetString()));
        var last = events[^1].GetProperty("response");
        Assert.Equal(text, last.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal(text, whole.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Single(events.Where(step => step.TryGetProperty("item_id", out _)).Select(step => step.GetProperty("item_id").GetString()).Distinct());
    }

    [Fact]
    public async Task A_call_comes_in_fragments_and_its_result_goes_back()
    {
        var request = "{\"model\": \"seed-chat\", \"seed\": 3, \"input\": \"hello\", \"tool_choice\": {\"type\": \"function\", \"name\": \"find\"}, \"parallel_tool_calls\": false, \"stream\": true, " + Tools + "}";
        var events = await StreamAsync(request);
        Assert.Contains("response.function_call_arguments.delta", events.Select(Type));
        var done = Assert.Single(events, step => Type(step) == "response.function_call_arguments.done");
        var call = Assert.Single(events[^1].GetProperty("response").GetProperty("output").EnumerateArray());
        Assert.Equal(("function_call", "find", done.GetProperty("arguments").GetString()), (call.GetProperty("type").GetString(), call.GetProperty("name").GetString(), call.GetProperty("arguments").GetString()));
        Assert.Equal(call.GetProperty("arguments").GetString(), string.Concat(events.Where(step => Type(step) == "response.function_call_arguments.delta").Select(step => step.GetProperty("delta").GetString())));
        var next = await Http.PostOkAsync(Path, "{\"model\": \"seed-chat\", \"max_output_tokens\": 4, \"input\": [{\"role\": \"user\", \"content\": [{\"type\": \"input_text\", \"text\": \"hello\"}]}, " + call.GetRawText()
            + ", {\"type\": \"function_call_output\", \"call_id\": \"" + call.GetProperty("call_id").GetString() + "\", \"output\": \"done\"}]}");
        Assert.NotEqual("failed", next.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_schema_is_followed()
    {
        var whole = await Http.PostOkAsync(Path, """{"model": "seed-chat", "input": "hello", "text": {"format": {"type": "json_schema", "name": "x", "strict": true, "schema": {"enum": ["never", "ever"]}}}}""");
        Assert.Matches("^\"(n?ever)\"$", whole.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Log_probabilities_stand_with_the_text()
    {
        var whole = await Http.PostOkAsync(Path, "{" + Hello + ", \"top_logprobs\": 2, \"include\": [\"message.output_text.logprobs\"]}");
        var part = whole.GetProperty("output")[0].GetProperty("content")[0];
        Assert.Equal(part.GetProperty("text").GetString(), string.Concat(part.GetProperty("logprobs").EnumerateArray().Select(token => token.GetProperty("token").GetString())));
    }

    [Fact]
    public async Task What_it_would_cost_is_what_it_costs()
    {
        var counted = await Http.PostOkAsync(Path + "/input_tokens", "{" + Hello + "}");
        Assert.Equal((await Http.PostOkAsync(Path, "{" + Hello + "}")).GetProperty("usage").GetProperty("input_tokens").GetInt32(), counted.GetProperty("input_tokens").GetInt32());
    }

    [Theory]
    [InlineData("\"input\": []", "input")]
    [InlineData("\"input\": 7", "input")]
    [InlineData("\"input\": [{\"role\": \"user\", \"content\": 7}]", "input.[0].content")]
    [InlineData("\"input\": [{\"type\": \"reasoning\", \"summary\": [null]}]", "input.[0].summary")]
    [InlineData("\"input\": [{\"role\": \"clown\", \"content\": \"a\"}]", "input")]
    [InlineData("\"input\": [{\"role\": \"user\", \"content\": [{\"type\": \"input_image\", \"image_url\": \"data:\"}]}]", "input.[0].content.[0].type")]
    [InlineData("\"input\": [{\"type\": \"item_reference\", \"id\": \"x\"}]", "input.[0].type")]
    [InlineData("\"input\": [{\"type\": \"function_call\", \"name\": \"f\"}]", "input.[0].call_id")]
    [InlineData("\"input\": [{\"type\": \"function_call_output\", \"call_id\": \"c\", \"output\": \"x\"}]", "input")]
    [InlineData("\"input\": \"a\", \"previous_response_id\": \"resp_1\"", "previous_response_id")]
    [InlineData("\"input\": \"a\", \"background\": true", "background")]
    [InlineData("\"input\": \"a\", \"truncation\": \"auto\"", "truncation")]
    [InlineData("\"input\": \"a\", \"conversation\": {\"id\": \"x\"}", "conversation")]
    [InlineData("\"input\": \"a\", \"prompt\": {\"id\": \"x\"}", "prompt")]
    [InlineData("\"input\": \"a\", \"reasoning\": {\"summary\": \"detailed\"}", "reasoning.summary")]
    [InlineData("\"input\": \"a\", \"tools\": [{\"type\": \"web_search\"}]", "tools.[0].type")]
    [InlineData("\"input\": \"a\", \"text\": {\"format\": {\"type\": \"xml\"}}", "text.format.type")]
    [InlineData("\"input\": \"a\", \"text\": {\"format\": {\"type\": \"json_object\", \"schema\": {}}}", "text.format.schema")]
    [InlineData("\"input\": \"a\", \"text\": {\"format\": {\"schema\": {}}}", "text.format.schema")]
    [InlineData("\"input\": \"a\", \"text\": {\"verbosity\": \"low\"}", "text.verbosity")]
    [InlineData("\"input\": \"a\", \"n\": 2", "n")]
    [InlineData("\"input\": \"a\", \"temperature\": 9", "temperature")]
    public async Task What_cannot_be_done_is_refused_by_its_place(string fields, string param)
    {
        var (status, body) = await Http.PostAsync(Path, "{\"model\": \"seed-chat\", " + fields + "}");
        Assert.Equal((HttpStatusCode.BadRequest, param), (status, body.GetProperty("error").GetProperty("param").GetString()));
    }

    /// <summary>The events, each under its own name and with the next number.</summary>
    private async Task<List<JsonElement>> StreamAsync(string body)
    {
        var events = await Http.PostStreamAsync(Path, body);
        var read = events.Select(text => (Name: text.Split('\n')[0]["event: ".Length..], Body: JsonDocument.Parse(text.Split('\n')[1]["data: ".Length..]).RootElement)).ToList();
        Assert.All(read, (step, i) => Assert.Equal((step.Name, i), (Type(step.Body), step.Body.GetProperty("sequence_number").GetInt32())));
        return [.. read.Select(step => step.Body)];
    }

    private static string? Type(JsonElement step) => step.GetProperty("type").GetString();
}
