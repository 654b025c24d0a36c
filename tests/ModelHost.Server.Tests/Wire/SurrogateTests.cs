using System.Net;
using Platform.Training.Rows;

namespace Platform.ModelHost.Server.Tests.Wire;

/// <summary>Halves of characters, of which no text can be made.</summary>
public sealed class SurrogateTests(RunningModelHost running) : IClassFixture<RunningModelHost>
{
    private HttpClient Http => running.Host.Http;

    /// <summary>As JSON.stringify writes a text that was cut within an emoji.</summary>
    [Theory]
    [InlineData("/v1/responses", """{"model": "seed-chat", "input": "\ud83d"}""")]
    [InlineData("/v1/messages", """{"model": "seed-chat", "max_tokens": 2, "messages": [{"role": "user", "content": "\ud83d"}]}""")]
    [InlineData("/v1/messages", """{"model": "seed-chat", "max_tokens": 2, "metadata": {"user_id": "\uDE00"}, "messages": [{"role": "user", "content": "a"}]}""")]
    [InlineData("/v1/chat/completions", """{"model": "seed-chat", "messages": [{"role": "user", "content": "a"}], "chat_template_kwargs": {"\ud83d": 1}}""")]
    [InlineData("/v1/chat/completions", """{"model": "seed-chat", "messages": [{"role": "user", "content": "a"}], "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "title": "\ud83d"}}}]}""")]
    public async Task Half_of_a_surrogate_pair_is_refused_wherever_it_stands(string path, string body)
    {
        var (status, answer) = await Http.PostAsync(path, body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("surrogate pair", answer.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    /// <summary>In what an earlier call sent, JSON inside of a text, it makes no conversation unusable; and a whole pair is a text like any other.</summary>
    [Fact]
    public async Task Half_of_a_surrogate_pair_in_an_earlier_call_is_tolerated()
    {
        await Http.PostOkAsync("/v1/chat/completions", """{"model": "seed-chat", "max_tokens": 2, "messages": [{"role": "user", "content": "a \ud83d\ude00"}, {"role": "assistant", "tool_calls": [{"id": "abcdefghi", "type": "function", "function": {"name": "f", "arguments": "{\"q\": \"\\ud83d\"}"}}]}, {"role": "tool", "tool_call_id": "abcdefghi", "content": "b"}, {"role": "user", "content": "c"}]}""");
        Assert.Equal("not_json", Assert.Throws<RowException>(() => RowReader.Read("""{"messages": [{"role": "user", "content": "\ud83d"}, {"role": "assistant", "content": "b"}]}""")).Code);
    }
}
