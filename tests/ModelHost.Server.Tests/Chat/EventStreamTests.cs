using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Server.Tests.Chat;

public sealed class EventStreamTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_is_single_line_events_and_ends_with_done_and_a_blank_line()
    {
        await using var server = await StreamingServer.StartAsync(_ => ScriptedEvents.Of(new GenerationQueued(2), new GeneratedText("a\n\nb 你好 😀 \u2028"), ScriptedEvents.Finished));
        using var http = new HttpClient();
        using var response = await http.GetAsync(server.Address, Cancellation);
        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("no-cache", response.Headers.CacheControl!.ToString());
        Assert.Equal("no", response.Headers.GetValues("X-Accel-Buffering").Single());
        var body = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.StartsWith(": queued position=2\n\ndata: {\"id\":\"chatcmpl-", body, StringComparison.Ordinal);
        Assert.EndsWith("\n\ndata: [DONE]\n\n", body, StringComparison.Ordinal);
        Assert.Contains("a\\n\\nb 你好", body, StringComparison.Ordinal);
        Assert.All(body.TrimEnd().Split("\n\n"), line => Assert.DoesNotContain('\n', line));
    }

    [Fact]
    public async Task A_failure_inside_a_stream_is_its_last_event_and_nothing_is_done()
    {
        await using var server = await StreamingServer.StartAsync(stop => ScriptedEvents.Of(new GeneratedText("half")).Then(new EngineException(EngineErrorKind.Failed, "secret detail"), stop));
        using var http = new HttpClient();
        var body = await http.GetStringAsync(server.Address, Cancellation);
        var last = body.TrimEnd().Split("\n\n")[^1];
        Assert.StartsWith("data: {\"error\":{", last, StringComparison.Ordinal);
        Assert.Contains("internal_error", last, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", body, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_before_the_first_event_is_a_status_not_a_stream()
    {
        await using var server = await StreamingServer.StartAsync(stop => ScriptedEvents.Of().Then(new EngineException(EngineErrorKind.QueueFull, "full"), stop));
        using var http = new HttpClient();
        using var response = await http.GetAsync(server.Address, Cancellation);
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_long_pause_is_filled_with_pings()
    {
        var release = new TaskCompletionSource();
        await using var server = await StreamingServer.StartAsync(
            stop => ScriptedEvents.Of(new GeneratedText("a")).ThenWait(release, stop), new ServerOptions { KeepAlive = TimeSpan.FromMilliseconds(20) });
        using var http = new HttpClient();
        using var reader = new StreamReader(await http.GetStreamAsync(server.Address, Cancellation));
        var pings = 0;
        while (pings < 3)
        {
            pings += await reader.ReadLineAsync(Cancellation) == ": ping" ? 1 : 0;
        }

        release.SetResult();
        Assert.EndsWith("data: [DONE]\n\n", await reader.ReadToEndAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_leaves_cancels_the_generation_fault_18()
    {
        var cancelled = new TaskCompletionSource();
        await using var server = await StreamingServer.StartAsync(stop =>
        {
            stop.Register(cancelled.SetResult);
            return ScriptedEvents.Of(new GeneratedText("a")).ThenWait(new TaskCompletionSource(), stop);
        });
        using (var http = new HttpClient())
        {
            using var reader = new StreamReader(await http.GetStreamAsync(server.Address, Cancellation));
            Assert.Matches(new Regex("^data: "), await reader.ReadLineAsync(Cancellation));
        }

        await cancelled.Task.WaitAsync(Deadline, Cancellation);
    }

    [Fact]
    public async Task A_reader_that_takes_nothing_is_cut_and_holds_a_bounded_buffer_fault_19()
    {
        var produced = 0L;
        var ended = new TaskCompletionSource();
        await using var server = await StreamingServer.StartAsync(Endless, new ServerOptions { SlowReader = TimeSpan.FromMilliseconds(200) });
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port, Cancellation);
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), Cancellation);

        await ended.Task.WaitAsync(Deadline, Cancellation);
        Assert.InRange(produced, 1, 64 * 1024 * 1024);

        async IAsyncEnumerable<GenerationEvent> Endless([EnumeratorCancellation] CancellationToken stop)
        {
            var text = new string('x', 16 * 1024);
            try
            {
                while (!stop.IsCancellationRequested)
                {
                    produced += text.Length;
                    yield return new GeneratedText(text);
                    await Task.Yield();
                }
            }
            finally
            {
                ended.SetResult();
            }
        }
    }
}
