using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Platform.Fakes;

namespace Platform.ModelHost.Server.Tests.Faults;

/// <summary>Callers that leave, that read slowly and that never finish asking, over real sockets.</summary>
public sealed class DisconnectTests
{
    private const string Endless = """{"model": "seed-chat", "prompt": "The river", "stream": true, "temperature": 2, "top_k": 0, "top_p": 1, "min_p": 0, "seed": 3, "ignore_eos": true}""";
    private const int PageBytes = 4_096;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The bound is an eighth of what a thousand answers would keep if each kept its memory of 256 tokens.</summary>
    [Fact]
    public async Task Fault_18_a_thousand_callers_that_leave_in_mid_stream_leave_no_slot_no_error_and_no_memory_behind()
    {
        await using var host = await ModelHostFixture.StartAsync(("Engine:Slots", "4"));
        await LeaveAsync(host, 200);
        var before = Resident(host);
        await LeaveAsync(host, 800);
        await UntilIdleAsync(host);
        var grown = Resident(host) - before;
        Assert.True(grown < 32 << 20, $"{grown >> 20} MiB more");
        Assert.DoesNotContain("fail:", host.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("crit:", host.Log, StringComparison.Ordinal);
        await host.Http.PostOkAsync("/v1/completions", """{"model": "seed-chat", "prompt": "a", "max_tokens": 2}""");
    }

    /// <summary>The answer could go on for thousands of tokens, so that what stops it in time is the caller's leaving and not its end.</summary>
    [Fact]
    public async Task Fault_18_an_answer_whose_caller_left_stops_long_before_its_end()
    {
        await using var host = await ModelHostFixture.StartAsync(("Engine:Slots", "1"), ("Engine:RopeType", "linear"), ("Engine:RopeFactor", "64"));
        using (var socket = await AskAsync(host, Endless))
        {
            Assert.NotEqual(0, await socket.ReceiveAsync(new byte[512], Cancellation)); // it has begun
            socket.LingerState = new LingerOption(true, 0);
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromMinutes(1));
        while (await SlotAsync(host, deadline.Token) is var slot && slot.GetProperty("is_processing").GetBoolean())
        {
            var (written, context) = (slot.GetProperty("n_decoded").GetInt32(), slot.GetProperty("n_ctx").GetInt32());
            Assert.True(context > 4_096 && written < context / 2, $"{written} tokens of {context} were written for nobody");
        }
    }

    [Fact]
    public async Task Fault_19_a_caller_that_takes_a_byte_at_a_time_delays_nobody_else()
    {
        await using var host = await ModelHostFixture.StartAsync(("Engine:Slots", "2"), ("Engine:RopeType", "linear"), ("Engine:RopeFactor", "8"));
        using var slow = await AskAsync(host, Endless.Replace("\"stream\"", "\"logprobs\": 20, \"stream\"", StringComparison.Ordinal));
        var one = new byte[1];
        for (var answers = 0; answers < 8; answers++)
        {
            Assert.Equal(1, await slow.ReceiveAsync(one, Cancellation));
            await host.Http.PostOkAsync("/v1/completions", """{"model": "seed-chat", "prompt": "a", "max_tokens": 20}""");
        }
    }

    [Fact]
    public async Task Fault_40_callers_that_never_finish_their_request_keep_nobody_out()
    {
        await using var host = await ModelHostFixture.StartAsync();
        var idle = new List<Socket>();
        try
        {
            for (var i = 0; i < 500; i++)
            {
                idle.Add(await ConnectAsync(host));
                await idle[^1].SendAsync(Encoding.ASCII.GetBytes("POST /v1/completions HTTP/1.1\r\nHost: x\r\nX-Never: "), Cancellation);
            }

            using var http = new HttpClient { BaseAddress = host.Endpoint, Timeout = TimeSpan.FromSeconds(30) };
            Assert.Equal("""{"status":"ok"}""", await http.GetStringAsync(new Uri("/health", UriKind.Relative), Cancellation));
            await host.Http.PostOkAsync("/v1/completions", """{"model": "seed-chat", "prompt": "a", "max_tokens": 2}""");
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }
    }

    private static async Task<JsonElement> SlotAsync(ModelHostFixture host, CancellationToken cancellation) =>
        JsonDocument.Parse(await host.Http.GetStringAsync(new Uri("/slots", UriKind.Relative), cancellation)).RootElement[0];

    private static async Task LeaveAsync(ModelHostFixture host, int callers)
    {
        for (var done = 0; done < callers; done += 20)
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
            {
                using var socket = await AskAsync(host, Endless);
                Assert.NotEqual(0, await socket.ReceiveAsync(new byte[512], Cancellation)); // it has begun
                socket.LingerState = new LingerOption(true, 0); // cut, not closed
            }));
        }
    }

    private static async Task<Socket> AskAsync(ModelHostFixture host, string body)
    {
        var socket = await ConnectAsync(host);
        var head = string.Create(CultureInfo.InvariantCulture, $"POST /v1/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {host.ApiKey}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n");
        await socket.SendAsync(Encoding.UTF8.GetBytes(head + body), Cancellation);
        return socket;
    }

    private static async Task<Socket> ConnectAsync(ModelHostFixture host)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = PageBytes };
        await socket.ConnectAsync(IPAddress.Loopback, host.Endpoint.Port, Cancellation);
        return socket;
    }

    private static async Task UntilIdleAsync(ModelHostFixture host)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromMinutes(1));
        while ((await host.Http.GetStringAsync(new Uri("/slots", UriKind.Relative), deadline.Token)).Contains("\"is_processing\":true", StringComparison.Ordinal)) { await Task.Delay(10, deadline.Token); }
    }

    private static long Resident(ModelHostFixture host) => long.Parse(File.ReadAllText($"/proc/{host.ProcessId}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * PageBytes;
}
