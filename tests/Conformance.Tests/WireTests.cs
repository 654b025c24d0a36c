using System.Net;
using System.Text;
using System.Text.Json;

namespace Platform.Conformance.Tests;

/// <summary>What SDKs read over is looked at here byte by byte: the details that other services get wrong.</summary>
public sealed class WireTests(RunningModelHost running) : IClassFixture<RunningModelHost>
{
    private const string Hello = "\"model\": \"seed-chat\", \"max_tokens\": 8, \"messages\": [{\"role\": \"user\", \"content\": \"hello\"}]";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_form_of_a_message_is_the_same_message_conformance_2()
    {
        string[] forms =
        [
            """{"model": "seed-chat", "temperature": 0, "max_tokens": 6, "messages": [{"role": "system", "content": "Answer."}, {"role": "user", "content": "hello"}]}""",
            """{"model": "seed-chat", "temperature": 0, "max_completion_tokens": 6, "max_tokens": 1, "messages": [{"role": "developer", "content": [{"type": "text", "text": "Answer."}]}, {"role": "user", "content": [{"type": "text", "text": "hello"}], "name": null}]}""",
            """{"model": "seed-chat", "temperature": 0, "max_tokens": 6, "stop": "zzzz", "no_such_field": {"a": [1]}, "tools": null, "messages": [{"role": "system", "content": "Answer.", "no_such_field": 1}, {"role": "user", "content": "hello"}]}""",
        ];
        var answers = new HashSet<string?>();
        foreach (var form in forms)
        {
            answers.Add(Content(await OkAsync(form)));
        }

        Assert.NotEmpty(Assert.Single(answers)!);
    }

    [Fact]
    public async Task A_stream_is_told_as_sdks_expect_it_to_the_last_byte_conformance_3()
    {
        var body = await TextAsync("{" + Hello + ", \"stream\": true}");
        Assert.EndsWith("\n\ndata: [DONE]\n\n", body, StringComparison.Ordinal);
        var chunks = Chunks(body);
        Assert.Equal("assistant", chunks[0].GetProperty("choices")[0].GetProperty("delta").GetProperty("role").GetString());
        Assert.All(chunks.Skip(1), chunk => Assert.False(chunk.GetProperty("choices")[0].GetProperty("delta").TryGetProperty("role", out _)));
        Assert.Single(chunks.Select(chunk => (chunk.GetProperty("id").GetString(), chunk.GetProperty("created").GetInt64(), chunk.GetProperty("object").GetString())).Distinct());
        Assert.NotEqual(JsonValueKind.Null, chunks[^1].GetProperty("choices")[0].GetProperty("finish_reason").ValueKind);
    }

    [Fact]
    public async Task A_character_of_several_tokens_is_never_split_conformance_3()
    {
        const string text = "😀 家族👨‍👩‍👧 é";
        var body = await TextAsync("{\"model\": \"seed-chat\", \"stream\": true, \"messages\": [{\"role\": \"user\", \"content\": \"hello\"}], \"grammar\": \"root ::= \\\"" + text + "\\\"\"}");
        var deltas = Deltas(body);
        Assert.Equal(text, string.Concat(deltas));
        Assert.True(deltas.Count > 2);
        Assert.All(deltas, delta => Assert.DoesNotContain('\uFFFD', delta));
        Assert.All(deltas.Where(delta => delta.Length > 0), delta => Assert.False(char.IsLowSurrogate(delta[0]) || char.IsHighSurrogate(delta[^1])));
    }

    [Fact]
    public async Task A_stop_text_of_several_tokens_is_never_shown_conformance_3()
    {
        var body = await TextAsync("{\"model\": \"seed-chat\", \"stream\": true, \"stop\": [\"never there\", \" END\"], \"messages\": [{\"role\": \"user\", \"content\": \"hello\"}], \"grammar\": \"root ::= \\\"one E two EN three END four\\\"\"}");
        Assert.Equal("one E two EN three", string.Concat(Deltas(body)));
        Assert.Equal("stop", Chunks(body)[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Theory]
    [InlineData("wrong", "GET", "/v1/models", "", HttpStatusCode.Unauthorized, "authentication_error", "invalid_api_key")]
    [InlineData("", "POST", "/v1/chat/completions", "{}", HttpStatusCode.Unauthorized, "authentication_error", "invalid_api_key")]
    [InlineData(null, "GET", "/props", "", HttpStatusCode.Forbidden, "permission_error", "insufficient_scope")]
    [InlineData(null, "GET", "/v1/nothing", "", HttpStatusCode.NotFound, "invalid_request_error", "not_found")]
    [InlineData(null, "POST", "/v1/chat/completions", "{\"model\": \"absent\", \"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}", HttpStatusCode.NotFound, "invalid_request_error", "model_not_found")]
    [InlineData(null, "POST", "/v1/chat/completions", "{", HttpStatusCode.BadRequest, "invalid_request_error", "invalid_json")]
    public async Task An_error_has_its_status_and_its_body_and_no_secrets_conformance_4(string? key, string method, string path, string body, HttpStatusCode status, string type, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(running.Host.Endpoint, path));
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + (key ?? running.Host.ApiKey));
        request.Content = body.Length > 0 ? new StringContent(body, Encoding.UTF8, "application/json") : null;
        using var http = new HttpClient();
        using var response = await http.SendAsync(request, Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        using var read = JsonDocument.Parse(text);
        var error = read.RootElement.GetProperty("error");
        Assert.Equal((status, type, code), (response.StatusCode, error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.True(error.TryGetProperty("param", out _));
        Assert.DoesNotContain(running.Host.ApiKey, text, StringComparison.Ordinal);
        Assert.DoesNotMatch("   at |\\.cs:|Exception|/home/|/root/|\\.gguf", text);
    }

    [Fact]
    public async Task A_call_that_is_cut_off_in_its_arguments_is_told_as_it_stands_conformance_8()
    {
        const string tools = "\"tool_choice\": \"required\", \"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"f\", \"parameters\": {\"type\": \"object\", \"properties\": {\"text\": {\"type\": \"string\", \"minLength\": 400}}, \"required\": [\"text\"], \"additionalProperties\": false}}}]";
        var cut = await OkAsync("{" + Hello.Replace("\"max_tokens\": 8", "\"max_tokens\": 40", StringComparison.Ordinal) + ", " + tools + "}");
        var choice = cut.GetProperty("choices")[0];
        Assert.Equal("length", choice.GetProperty("finish_reason").GetString());
        var call = Assert.Single(choice.GetProperty("message").GetProperty("tool_calls").EnumerateArray());
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(call.GetProperty("function").GetProperty("arguments").GetString()!));
        var next = """{"model": "seed-chat", "max_tokens": 2, "messages": [{"role": "user", "content": "hello"}, {"role": "assistant", "content": null, "tool_calls": [CALL]}, {"role": "tool", "tool_call_id": ID, "content": "?"}]}""";
        await OkAsync(next.Replace("CALL", call.GetRawText(), StringComparison.Ordinal).Replace("ID", call.GetProperty("id").GetRawText(), StringComparison.Ordinal));
    }

    private async Task<JsonElement> OkAsync(string body) => JsonDocument.Parse(await TextAsync(body)).RootElement;

    private async Task<string> TextAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await running.Host.Http.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), content, Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.IsSuccessStatusCode, text);
        return text;
    }

    private static List<JsonElement> Chunks(string body) =>
        [.. body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement)];

    private static List<string> Deltas(string body) =>
        [.. Chunks(body).Select(chunk => chunk.GetProperty("choices")[0].GetProperty("delta")).Where(delta => delta.TryGetProperty("content", out _)).Select(delta => delta.GetProperty("content").GetString()!)];

    private static string? Content(JsonElement whole) => whole.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
}
