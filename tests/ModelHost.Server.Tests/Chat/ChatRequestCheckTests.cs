using System.Globalization;
using System.Text.Json;
using Platform.ModelHost.Server.Chat;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Tests.Chat;

public sealed class ChatRequestCheckTests
{
    [Theory]
    [InlineData("\"n\": 2", "n", "invalid_value")]
    [InlineData("\"n\": 1000", "n", "invalid_value")]
    [InlineData("\"temperature\": 3", "temperature", "invalid_value")]
    [InlineData("\"temperature\": -0.1", "temperature", "invalid_value")]
    [InlineData("\"top_p\": 1.2", "top_p", "invalid_value")]
    [InlineData("\"min_p\": -1", "min_p", "invalid_value")]
    [InlineData("\"max_tokens\": 0", "max_tokens", "invalid_value")]
    [InlineData("\"presence_penalty\": 2.5", "presence_penalty", "invalid_value")]
    [InlineData("\"repeat_penalty\": 0", "repeat_penalty", "invalid_value")]
    [InlineData("\"stop\": [\"a\",\"b\",\"c\",\"d\",\"e\"]", "stop", "invalid_value")]
    [InlineData("\"stop\": \"\"", "stop", "invalid_value")]
    [InlineData("\"stream_options\": {\"include_usage\": true}", "stream_options", "invalid_value")]
    [InlineData("\"tools\": [{\"type\": \"function\"}]", "tools", "unsupported_parameter")]
    [InlineData("\"tool_choice\": \"required\"", "tool_choice", "unsupported_parameter")]
    [InlineData("\"response_format\": {\"type\": \"json_object\"}", "response_format", "unsupported_parameter")]
    [InlineData("\"response_format\": {\"type\": \"json_schema\", \"json_schema\": {}}", "response_format", "unsupported_parameter")]
    [InlineData("\"logprobs\": true", "logprobs", "unsupported_parameter")]
    [InlineData("\"top_logprobs\": 3", "top_logprobs", "unsupported_parameter")]
    [InlineData("\"logit_bias\": {\"5\": 100}", "logit_bias", "unsupported_parameter")]
    [InlineData("\"reasoning_effort\": \"high\"", "reasoning_effort", "unsupported_parameter")]
    [InlineData("\"grammar\": \"root ::= x\"", "grammar", "unsupported_parameter")]
    [InlineData("\"mirostat\": 2", "mirostat", "unsupported_parameter")]
    [InlineData("\"lora\": [{\"id\": 0, \"scale\": 1.0}]", "lora", "unsupported_parameter")]
    [InlineData("\"ignore_eos\": true", "ignore_eos", "unsupported_parameter")]
    public void A_field_that_cannot_be_honoured_is_refused_by_name(string field, string param, string code)
    {
        var problem = Refusal("{\"model\": \"m\", \"messages\": [{\"role\": \"user\", \"content\": \"hi\"}], " + field + "}");
        Assert.Equal((400, param, code), (problem?.Status, problem?.Param, problem?.Code));
    }

    [Fact]
    public void Numbers_read_the_same_whatever_the_machines_culture()
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "−" } };
        try
        {
            Assert.Equal("'presence_penalty' is -2.5; it must be -2 to 2.", Refusal("{\"model\": \"m\", \"messages\": [{\"role\": \"user\", \"content\": \"hi\"}], \"presence_penalty\": -2.5}")?.Message);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("\"n\": 1")]
    [InlineData("\"tools\": []")]
    [InlineData("\"tool_choice\": \"none\"")]
    [InlineData("\"response_format\": {\"type\": \"text\"}")]
    [InlineData("\"logprobs\": false, \"top_logprobs\": 0, \"logit_bias\": {}")]
    [InlineData("\"lora\": [], \"mirostat\": 0, \"typical_p\": 1.0, \"cache_prompt\": true, \"id_slot\": -1, \"n_probs\": 0")]
    [InlineData("\"user\": \"u\", \"metadata\": {\"a\": \"b\"}, \"store\": true")]
    [InlineData("\"top_k\": -1, \"seed\": -1, \"min_p\": 0, \"repeat_penalty\": 1.1")]
    [InlineData("\"stream\": true, \"stream_options\": {\"include_usage\": true}, \"return_progress\": true")]
    public void A_value_that_asks_for_what_happens_anyway_is_accepted(string field) =>
        Assert.Null(Refusal("{\"model\": \"m\", \"messages\": [{\"role\": \"user\", \"content\": \"hi\"}], " + field + "}"));

    [Theory]
    [InlineData("""{"messages": [{"role": "user", "content": "a"}]}""", "model")]
    [InlineData("""{"model": "m"}""", "messages")]
    [InlineData("""{"model": "m", "messages": []}""", "messages")]
    [InlineData("""{"model": "m", "messages": [null]}""", "messages.[0]")]
    [InlineData("""{"model": "m", "messages": [{"role": "robot", "content": "a"}]}""", "messages.[0].role")]
    [InlineData("""{"model": "m", "messages": [{"role": "user"}]}""", "messages.[0].content")]
    [InlineData("""{"model": "m", "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": null, "tool_calls": [{"id": "c"}]}]}""", "messages.[1].tool_calls")]
    [InlineData("""{"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image_url"}]}]}""", "messages.[0].content.[1].type")]
    [InlineData("""{"model": "m", "messages": [{"role": "user", "content": [{"type": "text"}]}]}""", "messages.[0].content.[0].text")]
    public void A_message_that_cannot_be_read_is_refused_by_its_place(string body, string param) => Assert.Equal(param, Refusal(body)?.Param);

    [Fact]
    public void Developer_is_system_and_parts_are_joined()
    {
        var request = ChatGeneration.Of(Read("""
            {"model": "m", "messages": [{"role": "developer", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]}
            """));
        Assert.Equal(("system", "a\nb"), (request.Messages![0].Role, request.Messages[0].Content));
    }

    [Fact]
    public void Max_completion_tokens_wins()
    {
        Assert.Equal(5, ChatGeneration.Of(Read("""{"model": "m", "messages": [], "max_tokens": 9, "max_completion_tokens": 5}""")).MaxTokens);
        Assert.Equal(9, ChatGeneration.Of(Read("""{"model": "m", "messages": [], "max_tokens": 9}""")).MaxTokens);
    }

    [Fact]
    public void Every_sampler_field_reaches_the_engine()
    {
        var sampling = ChatGeneration.Of(Read("""
            {"model": "m", "messages": [], "temperature": 0.1, "top_k": 7, "top_p": 0.2, "min_p": 0.3, "repeat_penalty": 1.4, "repeat_last_n": 8, "presence_penalty": 0.5, "frequency_penalty": 0.6, "seed": 42}
            """)).Sampling;
        Assert.Equal(
            new() { Temperature = 0.1f, TopK = 7, TopP = 0.2f, MinP = 0.3f, RepeatPenalty = 1.4f, PenaltyWindow = 8, PresencePenalty = 0.5f, FrequencyPenalty = 0.6f, Seed = 42 },
            sampling);
    }

    private static Problem? Refusal(string body) => ChatRequestCheck.Refusal(Read(body));

    private static ChatCompletionRequest Read(string body) => JsonSerializer.Deserialize(body, ServerJson.Wire.ChatCompletionRequest)!;
}
