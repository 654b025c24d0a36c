using System.Net;
using System.Text.Json;

namespace Platform.ModelHost.Server.Tests.Chat;

/// <summary>Every field that chat clients know: it works, or it is refused by its name; a value of another kind is a 400 that names it.</summary>
public sealed class ChatFieldTests(RunningModelHost running) : IClassFixture<RunningModelHost>
{
    private const string Path = "/v1/chat/completions";

    private HttpClient Http => running.Host.Http;

    [Theory]
    [InlineData("\"stream\": false")]
    [InlineData("\"max_tokens\": 2")]
    [InlineData("\"max_completion_tokens\": 2")]
    [InlineData("\"temperature\": 0.5")]
    [InlineData("\"top_p\": 0.5")]
    [InlineData("\"n\": 2")]
    [InlineData("\"stop\": \"x\"")]
    [InlineData("\"stop\": [\"x\", \"y\"]")]
    [InlineData("\"seed\": 9223372036854775807")]
    [InlineData("\"presence_penalty\": 1")]
    [InlineData("\"frequency_penalty\": -1")]
    [InlineData("\"logit_bias\": {\"5\": -100}")]
    [InlineData("\"logprobs\": true, \"top_logprobs\": 2")]
    [InlineData("\"response_format\": {\"type\": \"text\"}")]
    [InlineData("\"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"f\", \"strict\": true}}], \"tool_choice\": \"auto\", \"parallel_tool_calls\": true")]
    [InlineData("\"reasoning_effort\": \"low\"")]
    [InlineData("\"user\": \"u\", \"metadata\": {\"a\": \"b\"}, \"store\": true")]
    [InlineData("\"top_k\": 5")]
    [InlineData("\"min_p\": 0.1")]
    [InlineData("\"repeat_penalty\": 1.1")]
    [InlineData("\"typical_p\": 0.9")]
    [InlineData("\"mirostat\": 2, \"mirostat_tau\": 4, \"mirostat_eta\": 0.2")]
    [InlineData("\"grammar\": \"root ::= \\\"a\\\"\"")]
    [InlineData("\"json_schema\": {\"type\": \"boolean\"}")]
    [InlineData("\"cache_prompt\": false")]
    [InlineData("\"id_slot\": -1")]
    [InlineData("\"lora\": []")]
    [InlineData("\"chat_template_kwargs\": {\"enable_thinking\": false}")]
    [InlineData("\"reasoning_format\": \"auto\"")]
    [InlineData("\"reasoning_format\": \"deepseek\"")]
    [InlineData("\"reasoning_format\": \"none\"")]
    [InlineData("\"timings_per_token\": true")]
    [InlineData("\"return_progress\": true")]
    [InlineData("\"add_generation_prompt\": false")]
    [InlineData("\"ignore_eos\": true, \"max_tokens\": 3")]
    [InlineData("\"n_probs\": 2")]
    public async Task It_works(string field)
    {
        var limit = field.Contains("max_", StringComparison.Ordinal) ? "" : ", \"max_tokens\": 2";
        await Http.PostOkAsync(Path, "{\"model\": \"seed-chat\", \"messages\": [{\"role\": \"user\", \"content\": \"hello\"}], " + field + limit + "}");
    }

    [Theory]
    [InlineData("model")]
    [InlineData("messages")]
    [InlineData("stream")]
    [InlineData("stream_options.include_usage")]
    [InlineData("max_tokens")]
    [InlineData("max_completion_tokens")]
    [InlineData("temperature")]
    [InlineData("top_p")]
    [InlineData("n")]
    [InlineData("stop")]
    [InlineData("seed")]
    [InlineData("presence_penalty")]
    [InlineData("frequency_penalty")]
    [InlineData("logit_bias")]
    [InlineData("logprobs")]
    [InlineData("top_logprobs")]
    [InlineData("response_format.type")]
    [InlineData("tools")]
    [InlineData("tool_choice")]
    [InlineData("parallel_tool_calls")]
    [InlineData("reasoning_effort")]
    [InlineData("user")]
    [InlineData("store")]
    [InlineData("top_k")]
    [InlineData("min_p")]
    [InlineData("repeat_penalty")]
    [InlineData("typical_p")]
    [InlineData("mirostat")]
    [InlineData("mirostat_tau")]
    [InlineData("mirostat_eta")]
    [InlineData("grammar")]
    [InlineData("cache_prompt")]
    [InlineData("id_slot")]
    [InlineData("lora")]
    [InlineData("chat_template_kwargs")]
    [InlineData("reasoning_format")]
    [InlineData("timings_per_token")]
    [InlineData("return_progress")]
    [InlineData("add_generation_prompt")]
    [InlineData("ignore_eos")]
    [InlineData("n_probs")]
    public async Task A_value_of_another_kind_is_refused_by_its_place(string field)
    {
        var wrong = field == "chat_template_kwargs" ? "7" : "{\"5\": {}}"; // a bias may be an object of numbers, and no field an object of objects
        var given = field.Split('.') is [var outer, var inner] ? $"\"{outer}\": {{\"{inner}\": {wrong}}}" : $"\"{field}\": {wrong}";
        var usual = new Dictionary<string, string> { ["model"] = "\"seed-chat\"", ["messages"] = "[{\"role\": \"user\", \"content\": \"hello\"}]", ["stream"] = "true", ["max_tokens"] = "2" };
        usual.Remove(field);
        var (status, body) = await Http.PostAsync(Path, "{" + string.Join(", ", usual.Select(one => $"\"{one.Key}\": {one.Value}")) + ", " + given + "}");
        Assert.Equal((HttpStatusCode.BadRequest, field), (status, body.GetProperty("error").GetProperty("param").GetString()));
        Assert.NotEqual(JsonValueKind.Null, body.GetProperty("error").GetProperty("message").ValueKind);
    }
}
