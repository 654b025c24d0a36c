using System.Net;
using System.Text.Json;

namespace Platform.ModelHost.Server.Tests.Faults;

/// <summary>Fault 40: whoever asks for everything is told the limit, or gets what there is.</summary>
public sealed class UnboundedRequestTests(RunningModelHost running) : IClassFixture<RunningModelHost>
{
    private HttpClient Http => running.Host.Http;

    [Theory]
    [InlineData("\"n\": 1000")]
    [InlineData("\"num_beams\": 1000")]
    [InlineData("\"max_tokens\": 0")]
    [InlineData("\"top_logprobs\": 100000, \"logprobs\": true")]
    [InlineData("\"repeat_last_n\": 1000000000")]
    [InlineData("\"dry_penalty_last_n\": 1000000000, \"dry_multiplier\": 1")]
    [InlineData("\"temperature\": 1e30")]
    public async Task Fault_40_a_number_beyond_its_limit_is_400(string field) => await RefusedAsync(field);

    [Fact]
    public async Task Fault_40_a_hundred_thousand_stops_or_biases_are_400()
    {
        await RefusedAsync("\"stop\": " + JsonSerializer.Serialize(Enumerable.Range(0, 100_000).Select(i => "x" + i % 10)));
        await RefusedAsync("\"stop\": [" + JsonSerializer.Serialize(new string('x', 100_000)) + "]");
        await RefusedAsync("\"logit_bias\": {" + string.Join(',', Enumerable.Range(0, 5_000).Select(i => $"\"{i}\": 1")) + "}");
    }

    [Fact]
    public async Task Fault_40_a_thousand_million_tokens_end_where_the_context_does()
    {
        var answer = await Http.PostOkAsync("/v1/completions", """{"model": "seed-chat", "prompt": "The river", "max_tokens": 1000000000, "ignore_eos": true}""");
        Assert.Equal("length", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.InRange(answer.GetProperty("usage").GetProperty("total_tokens").GetInt32(), 250, 257);
    }

    private async Task RefusedAsync(string field)
    {
        var (status, body) = await Http.PostAsync("/v1/chat/completions", "{\"model\": \"seed-chat\", \"messages\": [{\"role\": \"user\", \"content\": \"a\"}], " + field + "}");
        Assert.True(status == HttpStatusCode.BadRequest, $"{field[..Math.Min(60, field.Length)]}: {status} {body}");
        Assert.Equal("invalid_request_error", body.GetProperty("error").GetProperty("type").GetString());
    }
}
