using System.Net;
using System.Text.Json;
using Platform.Fakes;

namespace Platform.ModelHost.Server.Tests;

/// <summary>Completions, tokens, templates, reranking, metrics and what an administrator sees.</summary>
public sealed class EndpointTests(RunningModelHost running) : IClassFixture<RunningModelHost>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private HttpClient Http => running.Host.Http;

    [Fact]
    public async Task A_completion_goes_on_with_a_text_or_with_its_tokens()
    {
        const string same = "\"model\": \"seed-chat\", \"max_tokens\": 6, \"temperature\": 0";
        var tokens = (await Http.PostOkAsync("/tokenize", """{"content": "Once upon a time", "add_special": true}""")).GetProperty("tokens").GetRawText();
        var ofText = await Http.PostOkAsync("/v1/completions", "{" + same + ", \"prompt\": \"Once upon a time\", \"logprobs\": 2}");
        var ofTokens = await Http.PostOkAsync("/v1/completions", "{" + same + ", \"prompt\": " + tokens + "}");
        var echoed = await Http.PostOkAsync("/v1/completions", "{" + same + ", \"prompt\": [\"Once upon a time\"], \"echo\": true}");
        Assert.Equal("text_completion", ofText.GetProperty("object").GetString());
        Assert.StartsWith("cmpl-", ofText.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal(Text(ofText), Text(ofTokens));
        Assert.Equal("Once upon a time" + Text(ofText), Text(echoed));
        var logprobs = ofText.GetProperty("choices")[0].GetProperty("logprobs");
        Assert.Equal(Text(ofText), string.Concat(logprobs.GetProperty("tokens").EnumerateArray().Select(token => token.GetString())));
        Assert.Equal(0, logprobs.GetProperty("text_offset")[0].GetInt32());
    }

    [Fact]
    public async Task A_streamed_completion_says_the_same_and_ends_with_done()
    {
        const string body = "\"model\": \"seed-chat\", \"prompt\": \"Once\", \"max_tokens\": 6, \"temperature\": 0";
        var whole = await Http.PostOkAsync("/v1/completions", "{" + body + "}");
        var events = await Http.PostStreamAsync("/v1/completions", "{" + body + ", \"stream\": true, \"stream_options\": {\"include_usage\": true}}");
        Assert.Equal("data: [DONE]", events[^1]);
        var chunks = events.SkipLast(1).Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement).ToList();
        Assert.Equal(Text(whole), string.Concat(chunks.SkipLast(1).Select(Text)));
        Assert.Equal(whole.GetProperty("usage").GetProperty("total_tokens").GetInt32(), chunks[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public async Task As_many_prompts_as_are_taken_are_answered_with_several_answers_each()
    {
        var prompts = Enumerable.Range(0, 64).Select(i => $"The river {i}");
        var answer = await Http.PostOkAsync("/v1/completions", "{\"model\": \"seed-chat\", \"max_tokens\": 1, \"n\": 2, \"prompt\": " + JsonSerializer.Serialize(prompts) + "}");
        Assert.Equal(Enumerable.Range(0, 128), answer.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("index").GetInt32()));
    }

    /// <summary>As programs that measure models ask: OpenAI's lists begin with the prompt's tokens, of which nothing foretells the first.</summary>
    [Fact]
    public async Task An_echoed_prompt_is_told_with_its_log_probabilities_whole_and_streamed()
    {
        const string prompt = "Once upon a time 大学之道";
        const string same = "\"model\": \"seed-chat\", \"temperature\": 0, \"echo\": true, \"logprobs\": 2, \"n\": 2, \"prompt\": [\"" + prompt + "\", \"The river\"]";
        var whole = await Http.PostOkAsync("/v1/completions", "{" + same + ", \"max_tokens\": 3}");
        var nothing = await Http.PostOkAsync("/v1/completions", "{" + same + ", \"max_tokens\": 0}");
        var streamed = (await Http.PostStreamAsync("/v1/completions", "{" + same + ", \"max_tokens\": 3, \"stream\": true}")).SkipLast(1)
            .Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement.GetProperty("choices")[0]).ToList();
        foreach (var choice in whole.GetProperty("choices").EnumerateArray())
        {
            var (index, text, logprobs) = (choice.GetProperty("index").GetInt32(), choice.GetProperty("text").GetString()!, choice.GetProperty("logprobs"));
            var echoed = index < 2 ? prompt : "The river";
            var parts = streamed.Where(part => part.GetProperty("index").GetInt32() == index).ToList();
            Assert.StartsWith(echoed, text, StringComparison.Ordinal);
            Assert.Equal(text, string.Concat(parts.Select(part => part.GetProperty("text").GetString())));
            foreach (var field in (string[])["tokens", "text_offset"]) // the numbers differ a little with what else is in a batch
            {
                Assert.Equal(logprobs.GetProperty(field).EnumerateArray().Select(item => item.GetRawText()), parts.Where(part => part.GetProperty("logprobs").ValueKind == JsonValueKind.Object).SelectMany(part => part.GetProperty("logprobs").GetProperty(field).EnumerateArray()).Select(item => item.GetRawText()));
            }

            var (tokens, numbers, offsets) = (logprobs.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()!).ToList(), logprobs.GetProperty("token_logprobs"), logprobs.GetProperty("text_offset").EnumerateArray().Select(offset => offset.GetInt32()).ToList());
            Assert.Equal([JsonValueKind.Null, JsonValueKind.Null], (JsonValueKind[])[numbers[0].ValueKind, logprobs.GetProperty("top_logprobs")[0].ValueKind]);
            Assert.All(numbers.EnumerateArray().Skip(1), number => Assert.True(number.GetDouble() <= 0));
            Assert.All(tokens.Zip(offsets).Where(token => !token.First.Contains('\uFFFD', StringComparison.Ordinal)), token => Assert.Equal(token.First, text.Substring(token.Second, token.First.Length)));
            Assert.Equal(3, offsets.Count(offset => offset >= echoed.Length));
            var without = nothing.GetProperty("choices")[index];
            Assert.Equal((echoed, "length"), (without.GetProperty("text").GetString(), without.GetProperty("finish_reason").GetString()));
            Assert.Equal(tokens.SkipLast(3), without.GetProperty("logprobs").GetProperty("tokens").EnumerateArray().Select(token => token.GetString()));
        }

        Assert.Equal("The river", Text(await Http.PostOkAsync("/v1/completions", """{"model": "seed-chat", "prompt": "The river", "echo": true, "max_tokens": 0}""")));
    }

    [Theory]
    [InlineData("\"prompt\": \"a\", \"logprobs\": 50", "logprobs")]
    [InlineData("\"prompt\": \"a\", \"n_probs\": 50", "n_probs")]
    [InlineData("\"prompt\": \"a\", \"echo\": true, \"max_tokens\": 0, \"num_beams\": 2", "echo")]
    [InlineData("\"prompt\": \"a\", \"num_beams\": 2, \"n\": 3", "n")]
    [InlineData("\"prompt\": \"a\", \"num_beams\": 2, \"json_schema\": {}", "json_schema")]
    [InlineData("\"prompt\": \"a\", \"num_beams\": 2, \"xtc_probability\": 0.5", "xtc_probability")]
    [InlineData("\"prompt\": \"a\", \"verbatim\": {\"passages\": [\"a b\"]}, \"json_schema\": {}", "json_schema")]
    [InlineData("\"prompt\": \"a\", \"verbatim\": {\"passages\": [\"a b\"]}, \"stop\": \"x\"", "stop")]
    [InlineData("\"prompt\": \"a\", \"metadata\": 5", "metadata")]
    [InlineData("\"prompt\": \"a\", \"repeat_last_n\": -2", "repeat_last_n")]
    [InlineData("\"prompt\": \"a\", \"speculation\": \"draft\", \"draft_model\": \"seed-embed\"", "draft_model")]
    [InlineData("\"prompt\": \"a\", \"suffix\": \"b\"", "suffix")]
    [InlineData("\"prompt\": \"a\", \"verbatim\": {\"passages\": [\"a b\"], \"min_span\": 0}", "verbatim.min_span")]
    [InlineData("\"prompt\": \"a\", \"verbatim\": {\"passages\": [\" \"]}", "verbatim.passages")]
    [InlineData("\"prompt\": \"a\", \"grammar\": \"root ::= \"", "grammar")]
    [InlineData("\"prompt\": \"a\", \"best_of\": 3", "best_of")]
    [InlineData("\"prompt\": [99999999]", "prompt")]
    [InlineData("\"prompt\": \"a\", \"temperature\": 3", "temperature")]
    [InlineData("\"prompt\": \"a\", \"n\": 1000", "n")]
    [InlineData("\"prompt\": \"a\", \"max_tokens\": 0", "max_tokens")]
    [InlineData("\"prompt\": \"a\", \"repeat_last_n\": 100000", "repeat_last_n")]
    [InlineData("\"prompt\": \"a\", \"logit_bias\": {\"9999999\": 1}", "logit_bias")]
    [InlineData("\"prompt\": \"a\", \"logit_bias\": [1]", "logit_bias")]
    [InlineData("\"prompt\": 7", "prompt")]
    public async Task What_a_completion_cannot_do_is_refused_by_name(string fields, string param)
    {
        var (status, body) = await Http.PostAsync("/v1/completions", "{\"model\": \"seed-chat\", " + fields + "}");
        Assert.Equal((HttpStatusCode.BadRequest, param), (status, body.GetProperty("error").GetProperty("param").GetString()));
    }

    [Theory]
    [InlineData("/v1/chat/completions", "\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"max_completion_tokens\": 0", "max_completion_tokens")]
    [InlineData("/v1/chat/completions", "\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"max_tokens\": 0", "max_tokens")]
    [InlineData("/v1/chat/completions", "\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"n_probs\": 50", "n_probs")]
    [InlineData("/v1/chat/completions", "\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"model\": \"seed-chat:absent\"", "model")]
    [InlineData("/v1/responses", "\"input\": \"a\", \"max_output_tokens\": 0", "max_output_tokens")]
    [InlineData("/v1/responses", "\"input\": [{\"role\": \"user\", \"content\": []}, {\"type\": \"function_call_output\", \"call_id\": \"x\", \"output\": \"y\"}]", "input")]
    [InlineData("/v1/responses", "\"input\": \"a\", \"reasoning\": {\"effort\": \"much\"}", "reasoning.effort")]
    public async Task A_refusal_names_the_field_that_was_sent(string path, string fields, string param)
    {
        var (status, body) = await Http.PostAsync(path, "{" + fields + "}");
        Assert.True(status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound, body.ToString());
        var error = body.GetProperty("error");
        Assert.Equal(param, error.GetProperty("param").GetString());
        if (error.GetProperty("message").GetString() is { } message && param.StartsWith("max_", StringComparison.Ordinal)) { Assert.StartsWith(param + " is 0; it must be 1 or more.", message, StringComparison.Ordinal); }
    }

    [Fact]
    public async Task Several_prompts_are_answered_in_one_request_each_as_if_it_were_alone()
    {
        const string same = "\"max_tokens\": 6, \"temperature\": 0";
        string[] prompts = ["Once upon a time", "The river", "第一条"];
        var alone = await Task.WhenAll(prompts.Select(prompt => Http.PostOkAsync("/v1/completions", "{" + same + ", \"prompt\": " + JsonSerializer.Serialize(prompt) + "}")));
        var body = same + ", \"n\": 2, \"echo\": true, \"prompt\": " + JsonSerializer.Serialize(prompts);
        var together = await Http.PostOkAsync("/v1/completions", "{" + body + "}");
        var texts = together.GetProperty("choices").EnumerateArray().Select(choice => (choice.GetProperty("index").GetInt32(), choice.GetProperty("text").GetString()));
        Assert.Equal(Enumerable.Range(0, 6).Select(i => (i, (string?)(prompts[i / 2] + Text(alone[i / 2])))), texts);
        Assert.Equal(alone.Sum(one => one.GetProperty("usage").GetProperty("prompt_tokens").GetInt32()), together.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        var events = await Http.PostStreamAsync("/v1/completions", "{" + body + ", \"stream\": true}");
        var streamed = events.SkipLast(1).Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement.GetProperty("choices")[0]).GroupBy(choice => choice.GetProperty("index").GetInt32()).OrderBy(choice => choice.Key);
        Assert.Equal(texts.Select(text => text.Item2), streamed.Select(choice => string.Concat(choice.Select(part => part.GetProperty("text").GetString()))));
        var (status, refused) = await Http.PostAsync("/v1/completions", "{" + same + ", \"prompt\": [[1, 2], [99999999]]}");
        Assert.Equal((HttpStatusCode.BadRequest, "prompt"), (status, refused.GetProperty("error").GetProperty("param").GetString()));
    }

    [Theory]
    [InlineData("/v1/chat/completions", "\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]")]
    [InlineData("/v1/completions", "\"prompt\": \"a\", \"repeat_last_n\": -1, \"repeat_penalty\": 1.1, \"top_n_sigma\": -1, \"dry_penalty_last_n\": -1, \"dry_multiplier\": 0.5")]
    [InlineData("/v1/responses", "\"input\": \"a\"")]
    [InlineData("/v1/messages", "\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]")]
    public async Task Where_no_model_is_named_the_usual_one_answers(string path, string fields) =>
        Assert.Equal("seed-chat", (await Http.PostOkAsync(path, "{\"max_tokens\": 2, " + fields + "}")).GetProperty("model").GetString());

    [Fact]
    public async Task Health_is_asked_by_its_head_too()
    {
        foreach (var path in (string[])["/health", "/health/live", "/health/ready"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(path, UriKind.Relative));
            using var response = await Http.SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task Pieces_of_tokens_lose_no_byte()
    {
        const string text = "Annual leave: 𠮷野家, 年假 🙂";
        var pieces = (await Http.PostOkAsync("/tokenize", "{\"content\": " + JsonSerializer.Serialize(text) + ", \"with_pieces\": true}")).GetProperty("tokens").EnumerateArray().Select(token => token.GetProperty("piece")).ToList();
        Assert.Contains(pieces, piece => piece.ValueKind == JsonValueKind.Array);
        var bytes = pieces.SelectMany(piece => piece.ValueKind == JsonValueKind.Array ? piece.EnumerateArray().Select(part => part.GetByte()) : System.Text.Encoding.UTF8.GetBytes(piece.GetString()!)).ToArray();
        Assert.Equal(text, System.Text.Encoding.UTF8.GetString(bytes).TrimStart());
    }

    [Fact]
    public async Task Tokens_turn_back_into_their_text()
    {
        var tokens = (await Http.PostOkAsync("/tokenize", """{"model": "seed-chat", "content": "Leave of absence, 年假"}""")).GetProperty("tokens").GetRawText();
        Assert.Equal("Leave of absence, 年假", (await Http.PostOkAsync("/detokenize", "{\"model\": \"seed-chat\", \"tokens\": " + tokens + "}")).GetProperty("content").GetString()!.Trim());
        Assert.Equal(HttpStatusCode.BadRequest, (await Http.PostAsync("/detokenize", """{"tokens": [-1]}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Http.PostAsync("/detokenize", "{}")).Status);
    }

    [Fact]
    public async Task The_tokens_of_a_chat_are_those_that_it_is_charged_for()
    {
        const string chat = "{\"model\": \"seed-chat\", \"max_tokens\": 1, \"messages\": [{\"role\": \"system\", \"content\": \"Be brief.\"}, {\"role\": \"user\", \"content\": \"hello\"}]}";
        Assert.Contains("Be brief.", (await Http.PostOkAsync("/apply-template", chat)).GetProperty("prompt").GetString(), StringComparison.Ordinal);
        var counted = (await Http.PostOkAsync("/v1/chat/completions/input_tokens", chat)).GetProperty("input_tokens").GetInt32();
        Assert.Equal((await Http.PostOkAsync("/v1/chat/completions", chat)).GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), counted);
    }

    [Fact]
    public async Task Guesses_are_counted_and_change_no_text()
    {
        const string same = "\"model\": \"seed-chat\", \"prompt\": \"one two three four five six one two three four five six one two\", \"max_tokens\": 60, \"temperature\": 0, \"ignore_eos\": true";
        var plain = await Http.PostOkAsync("/v1/completions", "{" + same + "}");
        var guessed = await Http.PostOkAsync("/v1/completions", "{" + same + ", \"speculation\": \"prompt_lookup\"}");
        Assert.Equal(Text(plain), Text(guessed));
        Assert.Equal((0, 0), Counts(plain));
        Assert.False(plain.GetProperty("timings").TryGetProperty("draft_n", out _));
        var (right, wrong) = Counts(guessed);
        Assert.True(right > 0);
        Assert.Equal((right, right + wrong), (guessed.GetProperty("timings").GetProperty("draft_n_accepted").GetInt32(), guessed.GetProperty("timings").GetProperty("draft_n").GetInt32()));
        var (status, body) = await Http.PostAsync("/v1/completions", "{" + same + ", \"speculation\": \"draft\", \"draft_model\": \"absent\"}");
        Assert.Equal((HttpStatusCode.NotFound, "model_not_found", "draft_model"), (status, body.Code(), body.GetProperty("error").GetProperty("param").GetString()));

        static (int Right, int Wrong) Counts(JsonElement answer) => answer.GetProperty("usage").GetProperty("completion_tokens_details") is var details
            ? (details.GetProperty("accepted_prediction_tokens").GetInt32(), details.GetProperty("rejected_prediction_tokens").GetInt32()) : default;
    }

    [Theory]
    [InlineData("/rerank")]
    [InlineData("/v1/rerank")]
    public async Task Documents_are_ordered_by_relevance(string path)
    {
        var body = await Http.PostOkAsync(path, """{"model": "seed-embed", "query": "annual leave", "documents": ["the weather in spring", {"text": "annual leave"}, "printer paper"], "top_n": 2, "return_documents": true}""");
        var results = body.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(2, results.Count);
        Assert.Equal((1, "annual leave"), (results[0].GetProperty("index").GetInt32(), results[0].GetProperty("document").GetProperty("text").GetString()));
        Assert.True(results[0].GetProperty("relevance_score").GetDouble() > results[1].GetProperty("relevance_score").GetDouble());
        Assert.True(body.GetProperty("usage").GetProperty("total_tokens").GetInt32() > 0);
    }

    [Theory]
    [InlineData("\"model\": \"seed-chat\", \"query\": \"a\", \"documents\": [\"b\"]", "model")]
    [InlineData("\"model\": \"seed-embed\", \"documents\": [\"b\"]", "query")]
    [InlineData("\"model\": \"seed-embed\", \"query\": \"a\", \"documents\": []", "documents")]
    [InlineData("\"model\": \"seed-embed\", \"query\": \"a\", \"documents\": [\"\"]", "documents")]
    [InlineData("\"model\": \"seed-embed\", \"query\": \"a\", \"documents\": [{\"body\": \"b\"}]", "documents.[0]")]
    [InlineData("\"model\": \"seed-embed\", \"query\": \"a\", \"documents\": [\"b\"], \"top_n\": 0", "top_n")]
    public async Task What_cannot_be_reranked_is_refused(string fields, string param)
    {
        var (status, body) = await Http.PostAsync("/v1/rerank", "{" + fields + "}");
        Assert.Equal((HttpStatusCode.BadRequest, param), (status, body.GetProperty("error").GetProperty("param").GetString()));
    }

    [Fact]
    public async Task Metrics_count_requests_and_tokens_and_carry_no_content()
    {
        await Http.PostOkAsync("/v1/completions", """{"model": "seed-chat", "prompt": "canary-in-a-prompt", "max_tokens": 2}""");
        var text = await Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancellation);
        Assert.Contains("modelhost_requests_total{route=\"/v1/completions\",method=\"POST\",status=\"200\"}", text, StringComparison.Ordinal);
        Assert.Contains("modelhost_slots{model=\"seed-chat\"} 4", text, StringComparison.Ordinal);
        Assert.Matches("modelhost_steps_total{model=\"seed-chat\"} [1-9]", text);
        Assert.Contains("modelhost_queue_seconds_bucket{le=\"+Inf\"}", text, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
        Assert.All(text.TrimEnd().Split('\n'), line => Assert.Matches("^(# (HELP|TYPE) modelhost_[a-z_]+ .+|modelhost_[a-z_]+(\\{[^}]*\\})? [-+.0-9Ee]+)$", line));
    }

    [Fact]
    public async Task An_administrator_sees_what_runs_and_no_paths()
    {
        var props = await Http.GetStringAsync(new Uri("/props", UriKind.Relative), Cancellation);
        Assert.Contains("llama.cpp", props, StringComparison.Ordinal);
        Assert.DoesNotContain(".gguf", props, StringComparison.Ordinal);
        var slots = JsonDocument.Parse(await Http.GetStringAsync(new Uri("/slots", UriKind.Relative), Cancellation)).RootElement;
        Assert.Equal(4, slots.GetArrayLength());
        string[] told = ["id", "model", "n_ctx", "is_processing", "state", "adapter", "n_prompt", "n_cached", "n_decoded", "tokens_per_second"];
        Assert.Equal(told, slots[0].EnumerateObject().Select(field => field.Name));
        Assert.Equal("idle", slots[3].GetProperty("state").GetString());
        var queue = JsonDocument.Parse(await Http.GetStringAsync(new Uri("/queue", UriKind.Relative), Cancellation)).RootElement;
        Assert.Equal(("seed-chat", 4, 0), (queue[0].GetProperty("model").GetString(), queue[0].GetProperty("slots").GetInt32(), queue[0].GetProperty("waiting").GetInt32()));
        Assert.True(queue[0].GetProperty("prefix_tokens_kept").GetInt32() >= 0);
    }

    [Fact]
    public async Task With_a_key_of_its_own_administration_is_closed_to_others()
    {
        await using var host = await ModelHostFixture.StartAsync(("Server:AdminKey", "the administrator's"));
        using var refused = await host.Http.GetAsync(new Uri("/props", UriKind.Relative), Cancellation);
        Assert.Equal((HttpStatusCode.Forbidden, "insufficient_scope"), (refused.StatusCode, (await Calls.ReadAsync(refused)).Code()));
        using var admin = new HttpClient { BaseAddress = host.Endpoint };
        admin.DefaultRequestHeaders.Add("x-api-key", "the administrator's");
        Assert.Contains("seed-chat", await admin.GetStringAsync(new Uri("/props", UriKind.Relative), Cancellation), StringComparison.Ordinal);
        Assert.Contains("seed-chat", await admin.GetStringAsync(new Uri("/v1/models", UriKind.Relative), Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Which_model_drafts_is_the_administrators_choice()
    {
        const string asked = """{"model": "seed-chat", "prompt": "a", "max_tokens": 4, "speculation": "draft", "draft_model": "seed-chat"}""", chat = """{"model": "seed-chat", "messages": [{"role": "user", "content": "a"}], "max_tokens": 4, "speculation": "draft", "draft_model": "seed-chat"}""";
        await using var host = await ModelHostFixture.StartAsync(("Server:AdminKey", "the administrator's"));
        foreach (var (path, request) in new[] { ("/v1/completions", asked), ("/v1/chat/completions", chat) })
        {
            var (status, refused) = await host.Http.PostAsync(path, request);
            Assert.Equal((HttpStatusCode.BadRequest, "draft_model"), (status, refused.GetProperty("error").GetProperty("param").GetString()));
        }

        using var admin = new HttpClient { BaseAddress = host.Endpoint };
        admin.DefaultRequestHeaders.Add("x-api-key", "the administrator's");
        await admin.PostOkAsync("/v1/completions", asked);
        await host.Http.PostOkAsync("/v1/completions", asked); // the one that is there
    }

    private static string Text(JsonElement completion) => completion.GetProperty("choices")[0].GetProperty("text").GetString()!;
}
