using System.Net;
using System.Text.Json;
using Platform.Fakes;

namespace Platform.ModelHost.Server.Tests;

/// <summary>The endpoints over the seed models and the real engine.</summary>
public sealed class ModelTests(RunningModelHost running) : IClassFixture<RunningModelHost>
{
    private const string Hello = "\"model\": \"seed-chat\", \"messages\": [{\"role\": \"user\", \"content\": \"hello\"}], \"seed\": 7, \"max_tokens\": 12";

    private HttpClient Http => running.Host.Http;

    [Fact]
    public async Task Models_are_listed_with_what_they_can_do()
    {
        var list = JsonDocument.Parse(await Http.GetStringAsync(new Uri("/v1/models", UriKind.Relative), TestContext.Current.CancellationToken)).RootElement;
        var cards = list.GetProperty("data").EnumerateArray().ToDictionary(card => card.GetProperty("id").GetString()!);
        Assert.Equal("""["chat","tools","json_schema"]""", cards["seed-chat"].GetProperty("capabilities").GetRawText());
        Assert.Equal("""["embeddings","rerank"]""", cards["seed-embed"].GetProperty("capabilities").GetRawText());
        Assert.Equal(512, cards["seed-embed"].GetProperty("meta").GetProperty("n_embd").GetInt32());
        Assert.Equal(256, cards["seed-chat"].GetProperty("meta").GetProperty("n_ctx_train").GetInt32());
        Assert.Equal("loaded", cards["seed-chat"].GetProperty("status").GetProperty("value").GetString());
        Assert.Equal(new FileInfo(ModelHostFixture.ChatModelPath).Length, cards["seed-chat"].GetProperty("meta").GetProperty("size").GetInt64());
    }

    [Fact]
    public async Task A_stream_says_what_the_whole_answer_says()
    {
        var whole = await Http.PostOkAsync("/v1/chat/completions", "{" + Hello + "}");
        var message = whole.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
        var streamed = string.Concat((await StreamAsync("{" + Hello + ", \"stream\": true}")).SelectMany(Contents));
        Assert.NotEmpty(message!);
        Assert.Equal(message, streamed);
        Assert.InRange(whole.GetProperty("usage").GetProperty("completion_tokens").GetInt32(), 1, 12);
        Assert.True(whole.GetProperty("timings").GetProperty("predicted_per_second").GetDouble() > 0);
    }

    [Fact]
    public async Task A_stop_text_ends_the_answer_and_is_not_part_of_it()
    {
        var whole = await Http.PostOkAsync("/v1/chat/completions", "{" + Hello + ", \"temperature\": 0}");
        var text = whole.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
        var stop = text.Substring(text.Length / 2, 1);
        var stopped = await Http.PostOkAsync("/v1/chat/completions", "{" + Hello + ", \"temperature\": 0, \"stop\": " + JsonSerializer.Serialize(stop) + "}");
        Assert.Equal(text[..text.IndexOf(stop, StringComparison.Ordinal)], stopped.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("stop", stopped.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task A_prompt_over_the_context_is_a_400_with_both_numbers_fault_16()
    {
        var long_ = string.Join(' ', Enumerable.Repeat("word", 3000));
        foreach (var stream in new[] { "false", "true" })
        {
            var (status, body) = await Http.PostAsync("/v1/chat/completions", "{\"model\": \"seed-chat\", \"stream\": " + stream + ", \"messages\": [{\"role\": \"user\", \"content\": \"" + long_ + "\"}]}");
            Assert.Equal((HttpStatusCode.BadRequest, "context_length_exceeded"), (status, body.Code()));
            Assert.True(body.GetProperty("error").GetProperty("n_prompt_tokens").GetInt32() > body.GetProperty("error").GetProperty("n_ctx").GetInt32());
        }
    }

    [Theory]
    [InlineData("/v1/chat/completions", "\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]", "absent", HttpStatusCode.NotFound, "model_not_found")]
    [InlineData("/v1/chat/completions", "\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]", "seed-embed", HttpStatusCode.BadRequest, "invalid_value")]
    [InlineData("/v1/embeddings", "\"input\": \"a\"", "absent", HttpStatusCode.NotFound, "model_not_found")]
    [InlineData("/v1/embeddings", "\"input\": \"a\"", "seed-chat", HttpStatusCode.BadRequest, "invalid_value")]
    [InlineData("/v1/embeddings", "\"input\": []", "seed-embed", HttpStatusCode.BadRequest, "invalid_value")]
    [InlineData("/v1/embeddings", "\"input\": [\"a\", \"\"]", "seed-embed", HttpStatusCode.BadRequest, "invalid_value")]
    [InlineData("/v1/embeddings", "\"input\": [[999999]]", "seed-embed", HttpStatusCode.BadRequest, "invalid_value")]
    [InlineData("/v1/embeddings", "\"input\": \"a\", \"encoding_format\": \"int8\"", "seed-embed", HttpStatusCode.BadRequest, "invalid_value")]
    [InlineData("/v1/embeddings", "\"input\": \"a\", \"dimensions\": 64", "seed-embed", HttpStatusCode.BadRequest, "unsupported_parameter")]
    [InlineData("/tokenize", "\"content\": 5", "seed-embed", HttpStatusCode.BadRequest, "invalid_type")]
    [InlineData("/tokenize", "\"content\": null", "seed-embed", HttpStatusCode.BadRequest, "invalid_value")]
    public async Task What_a_model_cannot_do_is_refused(string path, string fields, string model, HttpStatusCode status, string code)
    {
        var (found, body) = await Http.PostAsync(path, "{\"model\": \"" + model + "\", " + fields + "}");
        Assert.Equal((status, code), (found, body.Code()));
    }

    [Fact]
    public async Task Embeddings_are_unit_vectors_and_base64_is_the_same_numbers()
    {
        const string input = "\"model\": \"seed-embed\", \"input\": [\"annual leave\", \"年假\"], \"dimensions\": 512";
        var numbers = await Http.PostOkAsync("/v1/embeddings", "{" + input + "}");
        var base64 = await Http.PostOkAsync("/v1/embeddings", "{" + input + ", \"encoding_format\": \"base64\"}");
        foreach (var i in new[] { 0, 1 })
        {
            float[] vector = [.. numbers.GetProperty("data")[i].GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle())];
            var bytes = base64.GetProperty("data")[i].GetProperty("embedding").GetBytesFromBase64();
            Assert.Equal(vector.SelectMany(BitConverter.GetBytes), bytes);
            Assert.Equal(1, Math.Sqrt(vector.Sum(number => (double)number * number)), 4);
            Assert.Equal(i, numbers.GetProperty("data")[i].GetProperty("index").GetInt32());
        }
    }

    [Fact]
    public async Task Tokens_embed_as_their_text_does()
    {
        var tokens = (await Http.PostOkAsync("/tokenize", """{"model": "seed-embed", "content": "annual leave", "add_special": true}""")).GetProperty("tokens").GetRawText();
        var ofText = await Http.PostOkAsync("/v1/embeddings", """{"model": "seed-embed", "input": "annual leave", "encoding_format": "base64"}""");
        var ofTokens = await Http.PostOkAsync("/v1/embeddings", "{\"model\": \"seed-embed\", \"encoding_format\": \"base64\", \"input\": " + tokens + "}");
        Assert.Equal(Vector(ofText), Vector(ofTokens));

        static string? Vector(JsonElement body) => body.GetProperty("data")[0].GetProperty("embedding").GetString();
    }

    [Fact]
    public async Task An_input_over_the_limit_is_refused_unless_it_may_be_cut()
    {
        var input = "{\"model\": \"seed-embed\", \"input\": \"" + string.Join(' ', Enumerable.Repeat("leave", 20_000)) + "\"";
        var (status, body) = await Http.PostAsync("/v1/embeddings", input + "}");
        Assert.Equal((HttpStatusCode.BadRequest, "context_length_exceeded"), (status, body.Code()));
        await Http.PostOkAsync("/v1/embeddings", input + ", \"truncate\": true}");
    }

    [Fact]
    public async Task Tokenize_answers_in_the_shape_of_the_question()
    {
        var one = (await Http.PostOkAsync("/tokenize", """{"model": "seed-embed", "content": "annual leave"}""")).GetProperty("tokens");
        var many = (await Http.PostOkAsync("/tokenize", """{"model": "seed-embed", "content": ["annual leave", ""]}""")).GetProperty("tokens");
        var counts = (await Http.PostOkAsync("/tokenize", """{"model": "seed-embed", "content": ["annual leave", "", "年假"], "count_only": true}""")).GetProperty("counts");
        var pieces = (await Http.PostOkAsync("/tokenize", """{"model": "seed-embed", "content": "annual leave", "with_pieces": true}""")).GetProperty("tokens");
        Assert.Equal(one.GetRawText(), many[0].GetRawText());
        Assert.Equal((one.GetArrayLength(), 0), (counts[0].GetInt32(), counts[1].GetInt32()));
        Assert.Equal("annual leave", string.Concat(pieces.EnumerateArray().Select(piece => piece.GetProperty("piece").GetString())).Trim());
    }

    private async Task<List<JsonElement>> StreamAsync(string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await Http.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), content, TestContext.Current.CancellationToken);
        var events = (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != ':').ToList();
        Assert.Equal("data: [DONE]", events[^1]);
        return [.. events.SkipLast(1).Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement)];
    }

    private static IEnumerable<string> Contents(JsonElement chunk) =>
        chunk.GetProperty("choices").EnumerateArray().Where(choice => choice.GetProperty("delta").TryGetProperty("content", out _)).Select(choice => choice.GetProperty("delta").GetProperty("content").GetString()!);
}
