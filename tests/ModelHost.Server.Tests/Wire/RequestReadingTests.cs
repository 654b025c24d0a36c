using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Tests.Wire;

/// <summary>What a body means before anything is asked of a model.</summary>
public sealed class RequestReadingTests
{
    [Theory]
    [InlineData("""{"model": 7}""", "model")]
    [InlineData("""{"messages": "hello"}""", "messages")]
    [InlineData("""{"messages": [{"role": "user", "content": "a"}, {"role": 1}]}""", "messages.[1].role")]
    [InlineData("""{"messages": [{"role": "user", "content": 5}]}""", "messages.[0].content")]
    [InlineData("""{"temperature": "0.5"}""", "temperature")]
    [InlineData("""{"max_tokens": 10000000000}""", "max_tokens")]
    [InlineData("""{"max_tokens": 2.5}""", "max_tokens")]
    [InlineData("""{"max_tokens": 2e-1}""", "max_tokens")]
    [InlineData("""{"max_tokens": 1e10}""", "max_tokens")]
    [InlineData("""{"max_tokens": 1e400}""", "max_tokens")]
    [InlineData("""{"max_tokens": "2"}""", "max_tokens")]
    [InlineData("""{"seed": 0.5}""", "seed")]
    [InlineData("""{"seed": 1e19}""", "seed")]
    [InlineData("""{"logit_bias": [[5.5, 1]]}""", "logit_bias")]
    [InlineData("""{"lora": [{"id": 0.5}]}""", "lora.[0].id")]
    [InlineData("""{"stop": {"a": 1}}""", "stop")]
    [InlineData("""{"stop": ["a", 1]}""", "stop")]
    [InlineData("""{"stream_options": {"include_usage": "yes"}}""", "stream_options.include_usage")]
    public void A_wrong_type_is_a_400_that_names_the_field(string body, string param)
    {
        var problem = ProblemOf(() => Read(body));
        Assert.Equal((400, "invalid_type", param), (problem.Status, problem.Code, problem.Param));
    }

    /// <summary>JSON has one kind of number; some programs write 2 as 2.0.</summary>
    [Theory]
    [InlineData("2")]
    [InlineData("2.0")]
    [InlineData("2e0")]
    [InlineData("0.2E1")]
    public void A_whole_number_is_one_however_it_is_written(string two)
    {
        var request = Read("""{"max_tokens": 2, "seed": 2, "n": 2, "logit_bias": [[2, 1]], "verbatim": {"min_span": 2}, "lora": [{"id": 2}]}""".Replace("2", two, StringComparison.Ordinal));
        Assert.Equal((2, 2L, 2, 2, "2"), (request.MaxTokens, request.Seed, request.N, request.Verbatim!.MinSpan, request.Lora![0].Id));
        Assert.Equal(1, request.LogitBias![2]);
        Assert.Equal([2, 3], JsonSerializer.Deserialize("{\"input\": [" + two + ", 3]}", ServerJson.Wire.EmbeddingsRequest)!.Input!.Tokens![0]);
        Assert.Equal(1_000_000_000_000, Read("""{"seed": 1e12}""").Seed);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \r\n")]
    public async Task An_empty_body_is_told_as_one(string body) => Assert.Contains("empty", await RefusedAsync(Encoding.UTF8.GetBytes(body)), StringComparison.Ordinal);

    [Fact]
    public async Task Another_encoding_is_told_as_one()
    {
        const string body = """{"model": "café"}""";
        Assert.Contains("byte 15 is 0xE9", await RefusedAsync(Encoding.Latin1.GetBytes(body)), StringComparison.Ordinal);
        foreach (var wide in (Encoding[])[Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32])
        {
            Assert.Contains("UTF-16", await RefusedAsync(wide.GetBytes(body)), StringComparison.Ordinal);
            Assert.Contains("UTF-16", await RefusedAsync([.. wide.GetPreamble(), .. wide.GetBytes(body)]), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{\"model\": ")]
    [InlineData("{\"model\": \"a\",}")]
    [InlineData("not json")]
    [InlineData("")]
    public void What_is_not_json_is_invalid_json(string body) => Assert.Equal("invalid_json", ProblemOf(() => Read(body)).Code);

    [Fact]
    public void Nesting_without_end_is_refused() => Assert.Equal("invalid_json", ProblemOf(() => Read("{\"metadata\": " + new string('[', 100) + new string(']', 100) + "}")).Code);

    [Fact]
    public void Null_is_absent_and_unknown_fields_are_ignored()
    {
        var request = Read("""{"model": "m", "temperature": null, "stop": null, "tools": null, "stream": null, "surprise": {"deep": [1]}}""");
        Assert.Equal(new ChatCompletionRequest { Model = "m" }, request);
    }

    [Fact]
    public void Content_is_a_text_or_a_list_of_parts()
    {
        var request = Read("""
            {"messages": [{"role": "user", "content": "one"},
                          {"role": "user", "content": [{"type": "text", "text": "two", "extra": {"a": []}}, {"type": "image_url", "image_url": {"url": "data:"}}]},
                          {"role": "assistant", "content": null}]}
            """);
        Assert.Equal([new ContentPart("text", "one")], request.Messages![0].Content!);
        Assert.Equal([new ContentPart("text", "two"), new ContentPart("image_url", null)], request.Messages[1].Content!);
        Assert.Null(request.Messages[2].Content);
    }

    [Fact]
    public void Stop_is_a_text_or_a_list()
    {
        Assert.Equal(["x"], Read("""{"stop": "x"}""").Stop!.Texts);
        Assert.Equal(["x", "y"], Read("""{"stop": ["x", "y"]}""").Stop!.Texts);
    }

    [Theory]
    [InlineData("\"a\"", "a", null)]
    [InlineData("[\"a\",\"b\"]", "a|b", null)]
    [InlineData("[1,2]", null, "1,2")]
    [InlineData("[[1],[2,3]]", null, "1|2,3")]
    public void Embedding_input_has_four_shapes(string input, string? texts, string? tokens)
    {
        var read = JsonSerializer.Deserialize("{\"input\": " + input + "}", ServerJson.Wire.EmbeddingsRequest)!.Input!;
        Assert.Equal(texts, read.Texts is null ? null : string.Join('|', read.Texts));
        Assert.Equal(tokens, read.Tokens is null ? null : string.Join('|', read.Tokens.Select(list => string.Join(',', list))));
    }

    [Theory]
    [InlineData("[\"a\", 1]")]
    [InlineData("[1, \"a\"]")]
    [InlineData("[1.5]")]
    [InlineData("[[1], 2]")]
    [InlineData("[[1], [\"a\"]]")]
    [InlineData("{}")]
    [InlineData("[null]")]
    public void Mixed_embedding_input_is_refused(string input)
    {
        var problem = ProblemOf(() => JsonSerializer.Deserialize("{\"input\": " + input + "}", ServerJson.Wire.EmbeddingsRequest));
        Assert.Equal((400, "input"), (problem.Status, problem.Param));
    }

    private static async Task<string> RefusedAsync(byte[] body)
    {
        var http = new DefaultHttpContext();
        (http.Request.ContentType, http.Request.Body) = ("application/json", new MemoryStream(body));
        var refused = await Assert.ThrowsAsync<RequestRefused>(() => http.ReadJsonAsync(ServerJson.Wire.ChatCompletionRequest));
        Assert.Equal((400, "invalid_json"), (refused.Problem.Status, refused.Problem.Code));
        return refused.Message;
    }

    private static ChatCompletionRequest Read(string body) => JsonSerializer.Deserialize(body, ServerJson.Wire.ChatCompletionRequest)!;

    private static Problem ProblemOf(Func<object?> read) => Problems.Of(Assert.ThrowsAny<JsonException>(read), "req_1", draining: false);
}
