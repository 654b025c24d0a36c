using System.Text.Json;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Grammars;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Engine.Tokens.Answers;
using Platform.ModelHost.Server.Chat;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Tests.Chat;

public sealed class ChatRequestCheckTests
{
    [Theory]
    [InlineData("\"stream_options\": {\"include_usage\": true}", "stream_options", "invalid_value")]
    [InlineData("\"tool_choice\": \"required\"", "tool_choice", "invalid_value")]
    [InlineData("\"tool_choice\": \"sometimes\"", "tool_choice", "invalid_value")]
    [InlineData("\"tools\": [{\"type\": \"web_search\"}]", "tools.[0].type", "invalid_tool_schema")]
    [InlineData("\"tools\": [{\"function\": {\"name\": \"f\", \"parameters\": {\"type\": \"array\"}}}]", "tools.[0].function.parameters", "invalid_tool_schema")]
    [InlineData("\"tools\": [{\"function\": {\"name\": \"f\", \"parameters\": {\"type\": [\"object\", \"null\"]}}}]", "tools.[0].function.parameters", "invalid_tool_schema")]
    [InlineData("\"tools\": [{\"type\": \"function\"}]", "tools.[0].function.name", "invalid_tool_schema")]
    [InlineData("\"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"a b\"}}]", "tools.[0].function.name", "invalid_tool_schema")]
    [InlineData("\"tools\": [{\"function\": {\"name\": \"f\"}}, {\"function\": {\"name\": \"f\"}}]", "tools", "invalid_tool_schema")]
    [InlineData("\"tools\": [{\"function\": {\"name\": \"f\"}}], \"tool_choice\": {\"type\": \"function\", \"function\": {\"name\": \"g\"}}", "tool_choice", "invalid_value")]
    [InlineData("\"tools\": [{\"function\": {\"name\": \"f\"}}], \"grammar\": \"root ::= \\\"a\\\"\"", "grammar", "unsupported_parameter")]
    [InlineData("\"reasoning_format\": \"deepseek-legacy\"", "reasoning_format", "invalid_value")]
    [InlineData("\"response_format\": {\"type\": \"xml\"}", "response_format.type", "invalid_value")]
    [InlineData("\"response_format\": {\"type\": \"json_schema\", \"json_schema\": {}}", "response_format.json_schema.schema", "invalid_value")]
    [InlineData("\"response_format\": {\"type\": \"json_object\"}, \"grammar\": \"root ::= \\\"a\\\"\"", "response_format", "invalid_value")]
    [InlineData("\"grammar\": \"root ::= \\\"a\\\"\", \"json_schema\": {}", "grammar", "invalid_value")]
    [InlineData("\"num_beams\": 2, \"response_format\": {\"type\": \"json_object\"}", "response_format", "invalid_value")]
    [InlineData("\"num_beams\": 2, \"json_schema\": {}", "json_schema", "invalid_value")]
    [InlineData("\"num_beams\": 2, \"tools\": [{\"function\": {\"name\": \"f\"}}]", "tools", "unsupported_parameter")]
    [InlineData("\"num_beams\": 2, \"temperature\": 0.8", "temperature", "invalid_value")]
    [InlineData("\"num_beams\": 2, \"top_p\": 0.9", "top_p", "invalid_value")]
    [InlineData("\"num_beams\": 2, \"top_k\": 40", "top_k", "invalid_value")]
    [InlineData("\"num_beams\": 2, \"min_p\": 0.05", "min_p", "invalid_value")]
    [InlineData("\"verbatim\": {\"passages\": [\"a\"]}, \"response_format\": {\"type\": \"json_object\"}", "response_format", "invalid_value")]
    [InlineData("\"verbatim\": {\"passages\": [\"a\"]}, \"json_schema\": {}", "json_schema", "invalid_value")]
    [InlineData("\"verbatim\": {\"passages\": [\"a\"]}, \"tools\": [{\"function\": {\"name\": \"f\"}}]", "tools", "unsupported_parameter")]
    [InlineData("\"top_logprobs\": 3", "top_logprobs", "invalid_value")]
    [InlineData("\"reasoning_effort\": \"utmost\"", "reasoning_effort", "invalid_value")]
    [InlineData("\"id_slot\": 2", "id_slot", "unsupported_parameter")]
    [InlineData("\"speculation\": \"wild\"", "speculation", "invalid_value")]
    [InlineData("\"draft_model\": \"small\"", "draft_model", "invalid_value")]
    [InlineData("\"verbatim\": {}", "verbatim.passages", "invalid_value")]
    [InlineData("\"lora\": [{\"scale\": 1.0}]", "lora", "invalid_value")]
    [InlineData("\"functions\": [{}]", "functions", "unsupported_parameter")]
    [InlineData("\"modalities\": [\"audio\"]", "modalities", "unsupported_parameter")]
    public void A_field_that_cannot_be_honoured_is_refused_by_name(string field, string param, string code)
    {
        var problem = Refused("{\"model\": \"m\", \"messages\": [{\"role\": \"user\", \"content\": \"hi\"}], " + field + "}");
        Assert.Equal((400, param, code), (problem?.Status, problem?.Param, problem?.Code));
    }

    [Theory]
    [InlineData("\"n\": 3, \"num_beams\": 4, \"length_penalty\": 0.5")]
    [InlineData("\"num_beams\": 2, \"temperature\": 0, \"top_p\": 1, \"top_k\": -1, \"min_p\": 0, \"seed\": 7")]
    [InlineData("\"verbatim\": {\"passages\": [\"a\"]}, \"response_format\": {\"type\": \"text\"}, \"tools\": [{\"function\": {\"name\": \"f\"}}], \"tool_choice\": \"none\"")]
    [InlineData("\"tools\": []")]
    [InlineData("\"tool_choice\": \"none\"")]
    [InlineData("\"tools\": [{\"function\": {\"name\": \"f\"}}], \"tool_choice\": \"none\", \"response_format\": {\"type\": \"json_object\"}")]
    [InlineData("\"response_format\": {\"type\": \"text\"}")]
    [InlineData("\"logprobs\": true, \"top_logprobs\": 0, \"logit_bias\": {}")]
    [InlineData("\"lora\": [], \"mirostat\": 0, \"typical_p\": 1.0, \"cache_prompt\": false, \"id_slot\": -1, \"n_probs\": 0, \"ignore_eos\": true")]
    [InlineData("\"user\": \"u\", \"metadata\": {\"a\": \"b\"}, \"store\": true")]
    [InlineData("\"top_k\": -1, \"seed\": -1, \"min_p\": 0, \"repeat_penalty\": 1.1")]
    [InlineData("\"stream\": true, \"stream_options\": {\"include_usage\": true}, \"return_progress\": true")]
    public void A_value_that_asks_for_what_happens_anyway_is_accepted(string field) =>
        Assert.Null(Refused("{\"model\": \"m\", \"messages\": [{\"role\": \"user\", \"content\": \"hi\"}], " + field + "}"));

    [Theory]
    [InlineData("""{"model": "m"}""", "messages")]
    [InlineData("""{"model": "m", "messages": []}""", "messages")]
    [InlineData("""{"model": "m", "messages": [null]}""", "messages.[0]")]
    [InlineData("""{"model": "m", "messages": [{"role": "robot", "content": "a"}]}""", "messages.[0].role")]
    [InlineData("""{"model": "m", "messages": [{"role": "user"}]}""", "messages.[0].content")]
    [InlineData("""{"model": "m", "messages": [{"role": "assistant", "content": null, "tool_calls": [{"id": "c"}]}]}""", "messages.[0].tool_calls.[0]")]
    [InlineData("""{"model": "m", "messages": [{"role": "user", "content": "a", "tool_calls": [{"id": "c", "function": {"name": "f"}}]}]}""", "messages.[0].tool_calls")]
    [InlineData("""{"model": "m", "messages": [{"role": "tool", "content": "a"}]}""", "messages.[0].tool_call_id")]
    [InlineData("""{"model": "m", "messages": [{"role": "tool", "content": "a", "tool_call_id": "c"}]}""", "messages.[0].tool_call_id")]
    [InlineData("""{"model": "m", "messages": [{"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f"}}]}, {"role": "tool", "content": "a", "tool_call_id": "c"}, {"role": "tool", "content": "b", "tool_call_id": "c"}]}""", "messages.[2].tool_call_id")]
    [InlineData("""{"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image_url"}]}]}""", "messages.[0].content.[1].type")]
    [InlineData("""{"model": "m", "messages": [{"role": "user", "content": [{"type": "text"}]}]}""", "messages.[0].content.[0].text")]
    public void A_message_that_cannot_be_read_is_refused_by_its_place(string body, string param) => Assert.Equal(param, Refusal(body)?.Param);

    [Fact]
    public void Messages_reach_the_engine_whole()
    {
        var chat = ChatGeneration.Of(Read("""
            {"model": "m", "reasoning_effort": "none", "chat_template_kwargs": {"a": 1}, "add_generation_prompt": false, "messages": [
             {"role": "developer", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
             {"role": "assistant", "reasoning_content": "r", "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{\"x\": "}}]}, {"role": "tool", "tool_call_id": "c", "content": "done"}]}
            """));
        Assert.Equal(("developer", "a\nb"), (chat.Messages[0].Role, chat.Messages[0].Content));
        Assert.Equal(("r", new ToolCall("c", "f", "{\"x\": ")), (chat.Messages[1].ReasoningContent, Assert.Single(chat.Messages[1].ToolCalls)));
        Assert.Equal(("f", "c", "done"), (chat.Messages[2].Name, chat.Messages[2].ToolCallId, chat.Messages[2].Content));
        Assert.Equal(["a", "enable_thinking", "reasoning_effort"], chat.Template.Variables.Keys.Order());
        Assert.False(chat.Template.AddGenerationPrompt);
    }

    [Fact]
    public void Tools_are_offered_unless_none_may_be_called()
    {
        const string tools = "\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"tools\": [{\"function\": {\"name\": \"f\", \"description\": \"d\"}}, {\"function\": {\"name\": \"g\"}}]";
        var one = ChatGeneration.Of(Read("{\"model\": \"m\", " + tools + ", \"tool_choice\": {\"type\": \"function\", \"function\": {\"name\": \"g\"}}}"));
        Assert.Equal("""{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{}}}}""", one.Template.Tools[0].GetRawText());
        Assert.Equal(new ToolUse(MustCall: true, Only: "g", Many: false), one.Use);
        Assert.Empty(ChatGeneration.Of(Read("{\"model\": \"m\", " + tools + ", \"tool_choice\": \"none\"}")).Template.Tools);
    }

    [Fact]
    public void Max_completion_tokens_wins()
    {
        Assert.Equal(5, Of("""{"model": "m", "messages": [], "max_tokens": 9, "max_completion_tokens": 5}""").MaxTokens);
        Assert.Equal(9, Of("""{"model": "m", "messages": [], "max_tokens": 9}""").MaxTokens);
    }

    /// <summary>llama-server's form of a schema.</summary>
    [Fact]
    public void A_schema_beside_json_object_is_followed()
    {
        var schema = JsonDocument.Parse("""{"type": "boolean"}""").RootElement;
        Assert.Equal(JsonSchemaGrammar.Of(schema), Of("""{"model": "m", "messages": [], "response_format": {"type": "json_object", "schema": {"type": "boolean"}}}""").Grammar!.Text);
        Assert.Equal(JsonSchemaGrammar.AnyObject, Of("""{"model": "m", "messages": [], "response_format": {"type": "json_object"}}""").Grammar!.Text);
    }

    /// <summary>What it means that it lists no arguments is the grammar's business.</summary>
    [Fact]
    public void A_tool_without_properties_is_told_as_it_was_sent()
    {
        const string Sent = """{"type": "object", "properties": {}}""";
        var request = Read("""{"model": "m", "messages": [], "tools": [{"type": "function", "function": {"name": "f", "parameters": SENT}}]}""".Replace("SENT", Sent, StringComparison.Ordinal));
        var told = Assert.Single(ChatGeneration.Of(request).Template.Tools);
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(Sent).RootElement, told.GetProperty("function").GetProperty("parameters")), told.ToString());
    }

    [Fact]
    public void Every_sampler_field_reaches_the_engine()
    {
        var sampling = Of("""
            {"model": "m", "messages": [], "temperature": 0.1, "top_k": 7, "top_p": 0.2, "top_p_decay": 0.9, "top_p_floor": 0.1, "min_p": 0.3, "typical_p": 0.4, "top_n_sigma": 2, "mirostat": 2, "mirostat_tau": 3, "mirostat_eta": 0.2,
             "xtc_probability": 0.5, "xtc_threshold": 0.2, "dry_multiplier": 0.8, "dry_base": 2, "dry_allowed_length": 3, "dry_penalty_last_n": 99, "dry_sequence_breakers": ["x"],
             "repeat_penalty": 1.4, "repeat_last_n": 8, "presence_penalty": 0.5, "frequency_penalty": 0.6, "no_repeat_ngram_size": 3, "logit_bias": {"5": -1.5, "6": false}, "seed": 42}
            """).Sampling;
        Assert.Equal(["x"], sampling.DryBreakers);
        Assert.Equal(new Dictionary<int, float> { [5] = -1.5f, [6] = float.NegativeInfinity }, sampling.LogitBias);
        Assert.Equal(
            new()
            {
                Temperature = 0.1f, TopK = 7, TopP = 0.2f, TopPDecay = 0.9f, TopPFloor = 0.1f, MinP = 0.3f, TypicalP = 0.4f, TopNSigma = 2, Mirostat = 2, MirostatTau = 3, MirostatEta = 0.2f,
                XtcProbability = 0.5f, XtcThreshold = 0.2f, DryMultiplier = 0.8f, DryBase = 2, DryAllowedLength = 3, DryWindow = 99, DryBreakers = sampling.DryBreakers,
                RepeatPenalty = 1.4f, PenaltyWindow = 8, PresencePenalty = 0.5f, FrequencyPenalty = 0.6f, NoRepeatNgram = 3, LogitBias = sampling.LogitBias, Seed = 42,
            },
            sampling);
    }

    [Fact]
    public void The_other_fields_reach_the_engine_too()
    {
        var request = Of("""
            {"model": "m", "messages": [], "n": 2, "logprobs": true, "top_logprobs": 4, "lora": [{"id": 3, "scale": 0.5}, {"id": "legal"}], "speculation": "prompt_lookup", "cache_prompt": false, "ignore_eos": true, "user": "u",
             "verbatim": {"passages": ["p"], "max_spans": 2}}
            """);
        Assert.Equal((2, 4, Speculation.PromptLookup, false, true, "u"), (request.Candidates, request.TopLogProbabilities, request.Speculation, request.CachePrompt, request.IgnoreEndOfText, request.User));
        Assert.Equal([new AdapterChoice("3", 0.5f), new AdapterChoice("legal")], request.Adapters!);
        Assert.Equal((2, new VerbatimOptions([]).MinSpan), (request.Verbatim!.MaxSpans, request.Verbatim.MinSpan));
        Assert.Equal(new BeamOptions(4, 0.5f, 2), Of("""{"model": "m", "messages": [], "num_beams": 4, "length_penalty": 0.5, "n": 2}""").Beam);
        Assert.Empty(Of("""{"model": "m", "messages": [], "lora": []}""").Adapters!);
        Assert.Null(Of("""{"model": "m", "messages": []}""").Adapters);
    }

    private static GenerationRequest Of(string body) => ChatGeneration.Of(Read(body)).Settings;

    /// <summary>Refused by the check, or by what the request asks for.</summary>
    private static Problem? Refused(string body)
    {
        try
        {
            var request = Read(body);
            if (ChatRequestCheck.Refusal(request) is { } problem)
            {
                return problem;
            }

            ChatGeneration.Of(request);
            return null;
        }
        catch (RequestRefused refused)
        {
            return refused.Problem;
        }
    }

    private static Problem? Refusal(string body) => ChatRequestCheck.Refusal(Read(body));

    private static ChatCompletionRequest Read(string body) => JsonSerializer.Deserialize(body, ServerJson.Wire.ChatCompletionRequest)!;
}
