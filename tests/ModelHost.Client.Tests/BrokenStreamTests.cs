using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Platform.Fakes;

namespace Platform.ModelHost.Client.Tests;

/// <summary>Answers that go wrong: none of them may look complete, and a cancellation is never a failure.</summary>
public sealed class BrokenStreamTests
{
    private const string Begin = "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"half\"},\"finish_reason\":null}]}\n\n";
    private const string End = "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";

    private static readonly TimeSpan Limit = new ModelHostOptions().SilenceLimit;

    private static readonly ChatOptions Named = new() { ModelId = "m" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Begin)]
    [InlineData(Begin + End)]
    [InlineData(Begin + End + "data: [DONE]")]
    [InlineData(Begin + "data: {\"error\":{\"message\":\"the reason\",\"type\":\"server_error\",\"code\":\"internal_error\"}}\n\n")]
    [InlineData(Begin + "data: {\"error\":{\"message\":\"the reason\",\"code\":500}}\n\ndata: [DONE]\n\n")]
    [InlineData(Begin + "data: {not json\n\n")]
    [InlineData(Begin + "data: null\n\n")]
    [InlineData(Begin + "data: {\"choices\":5}\n\n")]
    public async Task A_stream_without_its_end_gives_its_text_and_then_fails(string sent)
    {
        await using var engine = await LocalEngine.StartOwnAsync((http, _) => LocalEngine.StreamAsync(http, sent));
        var text = new StringBuilder();
        var failure = await Assert.ThrowsAsync<ModelHostException>(async () =>
        {
            await foreach (var update in engine.Chat.GetStreamingResponseAsync("hi", Named, Cancellation))
            {
                text.Append(update.Text);
            }
        });
        Assert.Equal(ModelHostErrorKind.StreamBroken, failure.Kind);
        Assert.Equal(sent.Contains("the reason", StringComparison.Ordinal), failure.Message.Contains("the reason", StringComparison.Ordinal));
        Assert.Equal("half", text.ToString());
        await Assert.ThrowsAsync<ModelHostException>(() => engine.Chat.GetResponseAsync("hi", Named, Cancellation));
    }

    [Fact]
    public async Task A_connection_cut_in_mid_answer_is_a_broken_stream()
    {
        var heard = new TaskCompletionSource();
        await using var engine = await LocalEngine.StartOwnAsync(async (http, _) =>
        {
            await LocalEngine.StreamAsync(http, Begin);
            await heard.Task;
            http.Abort();
        });
        var failure = await Assert.ThrowsAsync<ModelHostException>(async () =>
        {
            await foreach (var update in engine.Chat.GetStreamingResponseAsync("hi", Named, Cancellation))
            {
                heard.TrySetResult();
            }
        });
        Assert.Equal(ModelHostErrorKind.StreamBroken, failure.Kind);
    }

    [Fact]
    public async Task Silence_for_the_limit_is_a_broken_stream()
    {
        await using var engine = await LocalEngine.StartOwnAsync(async (http, _) =>
        {
            await LocalEngine.StreamAsync(http, Begin);
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        var clock = new ManualClock();
        await using var client = engine.ClientWith(clock);
        await using var updates = client.GetRequiredService<IChatClient>().GetStreamingResponseAsync("hi", Named, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await updates.MoveNextAsync());
        clock.Advance(Limit);
        var failure = await Assert.ThrowsAsync<ModelHostException>(async () => await updates.MoveNextAsync());
        Assert.Equal(ModelHostErrorKind.StreamBroken, failure.Kind);
    }

    [Fact]
    public async Task Every_comment_starts_the_wait_anew_and_the_whole_answer_has_no_limit()
    {
        var next = new SemaphoreSlim(0);
        await using var engine = await LocalEngine.StartOwnAsync(async (http, _) =>
        {
            while (true)
            {
                await LocalEngine.StreamAsync(http, ": queued position=1\n\n");
                await next.WaitAsync(http.RequestAborted);
            }
        });
        var clock = new ManualClock();
        await using var client = engine.ClientWith(clock);
        await using var updates = client.GetRequiredService<IChatClient>().GetStreamingResponseAsync("hi", Named, Cancellation).GetAsyncEnumerator(Cancellation);
        for (var i = 0; i < 20; i++)
        {
            Assert.True(await updates.MoveNextAsync());
            clock.Advance(Limit * 0.9);
            next.Release();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelling_is_a_cancellation_of_the_callers_token_and_closes_the_connection(bool inStream)
    {
        var reached = new TaskCompletionSource();
        var closed = new TaskCompletionSource();
        await using var engine = await LocalEngine.StartOwnAsync(async (http, _) =>
        {
            http.RequestAborted.Register(closed.SetResult);
            if (inStream)
            {
                await LocalEngine.StreamAsync(http, Begin);
            }

            reached.SetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var asking = engine.Chat.GetResponseAsync("hi", Named, caller.Token);
        await reached.Task;
        await caller.CancelAsync();
        var ended = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.Equal(caller.Token, ended.CancellationToken);
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }

    [Theory]
    [InlineData(503, """{"error":{"message":"Loading model","type":"unavailable_error","code":"model_loading"}}""", ModelHostErrorKind.Unavailable, "Loading model", "model_loading")]
    [InlineData(503, """{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}""", ModelHostErrorKind.Unavailable, "Loading model", "unavailable_error")]
    [InlineData(429, """{"error":{"message":"full","code":"queue_full"}}""", ModelHostErrorKind.Busy, "full", "queue_full")]
    [InlineData(401, """{"error":{"message":"bad key","code":"invalid_api_key"}}""", ModelHostErrorKind.Unauthorized, "bad key", "invalid_api_key")]
    [InlineData(404, """{"error":{"message":"no such","code":"model_not_found"}}""", ModelHostErrorKind.ModelNotFound, "no such", "model_not_found")]
    [InlineData(404, """{"type":"error","error":{"type":"not_found_error","message":"no such"}}""", ModelHostErrorKind.ModelNotFound, "no such", "not_found_error")] // Anthropic's
    [InlineData(404, """{"error":{"message":"model 'x' not found","type":"api_error","code":null}}""", ModelHostErrorKind.ModelNotFound, "model 'x' not found", "api_error")]
    [InlineData(404, "404 page not found", ModelHostErrorKind.BadRequest, "404", null)]
    [InlineData(400, """{"error":{"message":"too long","code":"context_length_exceeded"}}""", ModelHostErrorKind.ContextTooLong, "too long", "context_length_exceeded")]
    [InlineData(400, """{"error":{"message":"too long","type":"exceed_context_size_error","code":400}}""", ModelHostErrorKind.ContextTooLong, "too long", "exceed_context_size_error")]
    [InlineData(400, """{"message":"This model's maximum context length is 5"}""", ModelHostErrorKind.ContextTooLong, "maximum context length", null)]
    [InlineData(422, """{"error":{"message":"odd"}}""", ModelHostErrorKind.BadRequest, "odd", null)]
    [InlineData(500, """{"error":{"message":"broke","code":"internal_error"}}""", ModelHostErrorKind.Failed, "broke", "internal_error")]
    [InlineData(502, "<html>Bad gateway</html>", ModelHostErrorKind.Unavailable, "502", null)]
    public async Task Every_refusal_has_its_kind_and_keeps_the_reason(int status, string body, ModelHostErrorKind kind, string reason, string? code)
    {
        await using var engine = await LocalEngine.StartOwnAsync((http, _) =>
        {
            http.Response.Headers.RetryAfter = "7";
            return LocalEngine.JsonAsync(http, status, body);
        });
        var failure = await Assert.ThrowsAsync<ModelHostException>(() => engine.Chat.GetResponseAsync("hi", Named, Cancellation));
        Assert.Equal((kind, status, code, TimeSpan.FromSeconds(7)), (failure.Kind, failure.StatusCode, failure.Code, failure.RetryAfter));
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_there_is_unavailable_and_the_address_is_for_the_log_alone()
    {
        await using var nobody = LocalEngine.ClientOf(new Uri("http://127.0.0.1:1"));
        var chat = (IChatClient)nobody.GetService(typeof(IChatClient))!;
        var failure = await Assert.ThrowsAsync<ModelHostException>(() => chat.GetResponseAsync("hi", null, Cancellation));
        Assert.Equal(ModelHostErrorKind.Unavailable, failure.Kind);
        Assert.DoesNotContain("127.0.0.1", failure.Message, StringComparison.Ordinal); // people who ask read it
        Assert.Contains("127.0.0.1:1", failure.InnerException?.Message, StringComparison.Ordinal); // and the log says it
    }

    [Fact]
    public async Task A_connection_cut_before_the_answer_is_unavailable()
    {
        await using var engine = await LocalEngine.StartOwnAsync((http, _) =>
        {
            http.Abort();
            return Task.CompletedTask;
        });
        Assert.Equal(ModelHostErrorKind.Unavailable, (await Assert.ThrowsAsync<ModelHostException>(() => engine.Chat.GetResponseAsync("hi", Named, Cancellation))).Kind);
    }
}
