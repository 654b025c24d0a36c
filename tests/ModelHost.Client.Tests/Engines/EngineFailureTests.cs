using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Platform.Fakes;
using Platform.ModelHost.Client.Engines;

namespace Platform.ModelHost.Client.Tests.Engines;

/// <summary>What happens when one of two replicas fails: before it has told anything of its answer another is asked, once; after that, nobody.</summary>
public sealed class EngineFailureTests : IAsyncLifetime
{
    private static readonly ChatOptions M = new() { ModelId = "m" };
    private readonly List<ScriptedEngine> servers = [];
    private ManyEngines engines = null!;
    private string home = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The replica to which "hello" belongs.</summary>
    private ScriptedEngine Home => servers[home == "a" ? 0 : 1];

    private ScriptedEngine Other => servers[home == "a" ? 1 : 0];

    public async ValueTask InitializeAsync()
    {
        for (var i = 0; i < 3; i++) { servers.Add(await ScriptedEngine.StartAsync()); }
        engines = ManyEngines.Of((servers[0].Endpoint, "key-of-a"), (servers[1].Endpoint, "key-of-b"));
        home = ManyEngines.EngineOf(await engines.Chat.GetResponseAsync("hello", M, Cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        await engines.DisposeAsync();
        foreach (var server in servers) { await server.DisposeAsync(); }
    }

    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(-1)]
    [InlineData(-2)]
    public async Task What_fails_before_the_first_byte_is_answered_by_the_other(int status)
    {
        Home.Answer = http => FailAsync(http, status);
        var answer = await engines.Chat.GetResponseAsync("hello", M, Cancellation);
        Assert.Equal(("well", home == "a" ? "b" : "a"), (answer.Text, ManyEngines.EngineOf(answer)));
        Assert.Equal(2, Home.Asked.Count);
        Assert.DoesNotContain("key-of", engines.Log, StringComparison.Ordinal);
        Assert.Contains(status is 503 or 502 or 401 or < 0 ? "is out" : "did not begin", engines.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_tried_once_more_and_no_oftener()
    {
        await using var three = ManyEngines.Of([.. servers.Select(server => (server.Endpoint, ""))]);
        await three.Models.ListAsync(Cancellation);
        var before = servers.Sum(server => server.Asked.Count);
        foreach (var server in servers) { server.Answer = http => FailAsync(http, 503); }
        Assert.Equal(ModelHostErrorKind.Unavailable, (await Assert.ThrowsAsync<ModelHostException>(() => three.Chat.GetResponseAsync("hello", M, Cancellation))).Kind);
        Assert.Equal(before + 2, servers.Sum(server => server.Asked.Count));
    }

    [Theory]
    [InlineData(400, ModelHostErrorKind.BadRequest)]
    [InlineData(422, ModelHostErrorKind.BadRequest)]
    public async Task What_is_the_requests_fault_is_nobody_elses_business(int status, ModelHostErrorKind kind)
    {
        Home.Answer = http => FailAsync(http, status);
        Assert.Equal(kind, (await Assert.ThrowsAsync<ModelHostException>(() => engines.Chat.GetResponseAsync("hello", M, Cancellation))).Kind);
        Assert.Empty(Other.Asked);
        Assert.Equal(EngineState.Ready, engines.Report(home).State);
    }

    [Theory]
    [InlineData(": queued position=1\n\n")]
    [InlineData(": queued position=1\n\ndata: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n: ping\n\n")]
    public async Task One_that_is_lost_before_its_answer_begins_is_followed_by_the_other(string sent)
    {
        var heard = new TaskCompletionSource();
        CutAfter(sent, heard);
        List<ChatResponseUpdate> updates = [];
        await foreach (var update in engines.Chat.GetStreamingResponseAsync("hello", M, Cancellation))
        {
            updates.Add(update);
            heard.TrySetResult();
        }

        Assert.Equal(1, Assert.IsType<int>(updates[0].AdditionalProperties![ChatUpdateKeys.QueuePosition]));
        Assert.Equal(("well", home == "a" ? "b" : "a"), (updates.ToChatResponse().Text, ManyEngines.EngineOf(updates.ToChatResponse())));
        Assert.Equal((EngineState.Down, 0, 0), (engines.Report(home).State, engines.Report("a").InFlight, engines.Report("b").InFlight));
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n", 0)]
    public async Task A_program_that_has_seen_an_event_of_an_answer_sees_no_other_answer_begin(string sent, int asked)
    {
        var heard = new TaskCompletionSource();
        CutAfter(": queued position=1\n\n" + sent, heard);
        var stream = await engines.Relay.StreamAsync("/v1/chat/completions", "m", new() { ["messages"] = new System.Text.Json.Nodes.JsonArray(new System.Text.Json.Nodes.JsonObject { ["role"] = "user", ["content"] = "hello" }) }, "u", isAdministrator: false, Cancellation);
        List<RelayedItem> items = [];
        var failure = await Record.ExceptionAsync(async () =>
        {
            await foreach (var item in stream)
            {
                items.Add(item);
                if (sent.Length == 0 || !item.IsComment) { heard.TrySetResult(); }
            }
        });
        Assert.Equal(asked, Other.Asked.Count);
        Assert.Equal(asked == 1, failure is null);
        Assert.Equal(asked == 1, items[^1].Text == "[DONE]");
    }

    [Fact]
    public async Task One_that_is_lost_while_it_answers_breaks_that_answer_and_the_next_request_goes_elsewhere()
    {
        var heard = new TaskCompletionSource();
        CutAfter(ScriptedEngine.Says("half"), heard);
        var text = new StringBuilder();
        var failure = await Assert.ThrowsAsync<ModelHostException>(async () =>
        {
            await foreach (var update in engines.Chat.GetStreamingResponseAsync("hello", M, Cancellation))
            {
                text.Append(update.Text);
                heard.TrySetResult();
            }
        });
        Assert.Equal(ModelHostErrorKind.StreamBroken, failure.Kind);
        Assert.Contains("broke off", failure.Message, StringComparison.Ordinal);
        Assert.Equal("half", text.ToString());
        Assert.Empty(Other.Asked);
        Assert.Equal((EngineState.Down, 1, 0), (engines.Report(home).State, engines.Report(home).FailuresInARow, engines.Report(home).InFlight));
        Home.Status = 503;
        Assert.NotEqual(home, ManyEngines.EngineOf(await engines.Chat.GetResponseAsync("hello", M, Cancellation)));
    }

    [Fact]
    public async Task A_caller_that_leaves_is_not_served_by_another_and_harms_nobody()
    {
        var reached = new TaskCompletionSource();
        Home.Answer = async http =>
        {
            reached.SetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var asking = engines.Chat.GetResponseAsync("hello", M, caller.Token);
        await reached.Task;
        await caller.CancelAsync();
        Assert.Equal(caller.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking)).CancellationToken);
        Assert.Empty(Other.Asked);
        Assert.Equal((EngineState.Ready, 0, 0), (engines.Report(home).State, engines.Report(home).FailuresInARow, engines.Report(home).InFlight));
    }

    [Fact]
    public async Task Silence_for_the_whole_limit_is_told_and_not_waited_for_again()
    {
        var clock = new ManualClock();
        await using var timed = ManyEngines.Of(clock, [], [(servers[0].Endpoint, ""), (servers[1].Endpoint, "")]);
        await timed.Models.ListAsync(Cancellation);
        var reached = new TaskCompletionSource();
        Home.Answer = async http =>
        {
            reached.SetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        var asking = timed.Chat.GetResponseAsync("hello", M, Cancellation);
        await reached.Task;
        clock.Advance(new ModelHostOptions().SilenceLimit);
        Assert.Equal(ModelHostErrorKind.Unavailable, (await Assert.ThrowsAsync<ModelHostException>(() => asking)).Kind);
        Assert.Empty(Other.Asked);
    }

    [Theory]
    [InlineData("half")]
    [InlineData("")]
    public async Task One_that_stands_still_ends_what_it_answers_when_its_look_does(string said)
    {
        var clock = new ManualClock();
        await using var timed = ManyEngines.Of(clock, [], [(servers[0].Endpoint, ""), (servers[1].Endpoint, "")]);
        await timed.Watch.StartAsync(Cancellation);
        await ManyEngines.UntilAsync(() => timed.Engines.List().All(report => report.State == EngineState.Ready));
        var reached = new TaskCompletionSource();
        Home.Answer = async http =>
        {
            Home.Health = frozen => Task.Delay(Timeout.Infinite, frozen.RequestAborted); // as after kill -STOP
            if (said.Length > 0) { await LocalEngine.StreamAsync(http, ScriptedEngine.Says(said)); }
            reached.SetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        var asking = timed.Chat.GetResponseAsync("hello", M, Cancellation);
        await reached.Task;
        await AdvanceUntilAsync(clock, () => asking.IsCompleted);
        if (said.Length == 0)
        {
            Assert.NotEqual(home, ManyEngines.EngineOf(await asking)); // nothing was told: the other answers
        }
        else
        {
            var failure = await Assert.ThrowsAsync<ModelHostException>(() => asking);
            Assert.Equal((ModelHostErrorKind.StreamBroken, null), (failure.Kind, failure.Code));
            Assert.Contains("stopped answering", failure.Message, StringComparison.Ordinal);
        }

        await timed.Watch.StopAsync(Cancellation);
    }

    [Fact]
    public async Task One_that_refuses_its_looks_may_still_write_what_it_began()
    {
        var clock = new ManualClock();
        await using var timed = ManyEngines.Of(clock, [], [(servers[0].Endpoint, ""), (servers[1].Endpoint, "")]);
        await timed.Watch.StartAsync(Cancellation);
        await ManyEngines.UntilAsync(() => timed.Engines.List().All(report => report.State == EngineState.Ready));
        var (reached, reads) = (new TaskCompletionSource(), new TaskCompletionSource());
        Home.Answer = async http =>
        {
            Home.Status = 503; // it drains
            reached.SetResult();
            await reads.Task;
            await ScriptedEngine.SayAsync(http, "whole");
        };
        var asking = timed.Chat.GetResponseAsync("hello", M, Cancellation);
        await reached.Task;
        await AdvanceUntilAsync(clock, () => timed.Report(home).FailuresInARow >= 6); // over half a minute of silence
        reads.SetResult();
        var answer = await asking;
        Assert.Equal(("whole", home), (answer.Text, ManyEngines.EngineOf(answer)));
        await timed.Watch.StopAsync(Cancellation);
    }

    [Fact]
    public async Task After_a_loss_one_other_is_asked_and_no_third()
    {
        await using var three = ManyEngines.Of([.. servers.Select(server => (server.Endpoint, ""))]);
        await three.Models.ListAsync(Cancellation);
        var before = servers.Sum(server => server.Asked.Count);
        var (asked, heard) = (0, new TaskCompletionSource());
        foreach (var server in servers)
        {
            server.Answer = async http =>
            {
                if (Interlocked.Increment(ref asked) > 1) { await FailAsync(http, 503); return; }
                await LocalEngine.StreamAsync(http, ": queued position=1\n\n");
                await heard.Task;
                http.Abort();
            };
        }

        await Assert.ThrowsAsync<ModelHostException>(async () =>
        {
            await foreach (var _ in three.Chat.GetStreamingResponseAsync("hello", M, Cancellation)) { heard.TrySetResult(); }
        });
        Assert.Equal(before + 2, servers.Sum(server => server.Asked.Count));
    }

    [Fact]
    public async Task Only_what_was_silent_as_long_as_the_look_is_given_up()
    {
        var clock = new ManualClock();
        using var quiet = new Http.Silence(TimeSpan.FromMinutes(10), clock, Cancellation);
        using var talking = new Http.Silence(TimeSpan.FromMinutes(10), clock, Cancellation);
        clock.Advance(TimeSpan.FromSeconds(9));
        talking.Heard();
        clock.Advance(TimeSpan.FromSeconds(1));
        quiet.GiveUpAfter(TimeSpan.FromSeconds(10));
        talking.GiveUpAfter(TimeSpan.FromSeconds(10));
        Assert.Equal((true, true, false), (quiet.IsBroken, quiet.IsGivenUp, talking.IsBroken));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(TimeSpan.FromSeconds(60), quiet.Token));
    }

    [Fact]
    public async Task An_engine_that_was_out_is_asked_after_a_pause_that_grows_and_gets_its_conversations_back()
    {
        var clock = new ManualClock();
        await using var timed = ManyEngines.Of(clock, [], [(servers[0].Endpoint, ""), (servers[1].Endpoint, "")]);
        await timed.Watch.StartAsync(Cancellation);
        await ManyEngines.UntilAsync(() => timed.Engines.List().All(report => report.State == EngineState.Ready));
        (Home.Status, Home.Answer) = (503, http => FailAsync(http, 503));
        Assert.NotEqual(home, ManyEngines.EngineOf(await timed.Chat.GetResponseAsync("hello", M, Cancellation)));
        var asked = Home.Asked.Count;
        for (var failures = 2; failures < 6; failures++)
        {
            var wanted = failures;
            await AdvanceUntilAsync(clock, () => timed.Report(home).FailuresInARow >= wanted);
            Assert.NotEqual(home, ManyEngines.EngineOf(await timed.Chat.GetResponseAsync("hello", M, Cancellation)));
        }

        Assert.Equal(asked, Home.Asked.Count); // no request was spent on it
        (Home.Status, Home.Answer) = (200, null);
        await AdvanceUntilAsync(clock, () => timed.Report(home).State == EngineState.Ready);
        Assert.Equal(home, ManyEngines.EngineOf(await timed.Chat.GetResponseAsync("hello", M, Cancellation)));
        Assert.Equal((0, null), (timed.Report(home).FailuresInARow, timed.Report(home).LastError));
        await timed.Watch.StopAsync(Cancellation);
    }

    [Fact]
    public async Task When_all_are_out_every_request_looks_whether_one_is_back()
    {
        foreach (var server in servers) { (server.Status, server.Answer) = (503, http => FailAsync(http, 503)); }
        for (var i = 0; i < 3; i++) { await Assert.ThrowsAsync<ModelHostException>(() => engines.Chat.GetResponseAsync("hello", M, Cancellation)); }
        foreach (var server in servers) { (server.Status, server.Answer) = (200, null); }
        Assert.Equal("well", (await engines.Chat.GetResponseAsync("hello", M, Cancellation)).Text);
    }

    [Fact]
    public async Task A_report_tells_the_host_and_never_the_key()
    {
        Home.Answer = http => FailAsync(http, 503);
        await engines.Chat.GetResponseAsync("hello", M, Cancellation);
        var report = engines.Report(home);
        Assert.Equal((Home.Endpoint.Authority, true, EngineState.Down), (report.Host, report.CanChat, report.State));
        Assert.Equal(["m", "e"], report.Models);
        Assert.NotNull(report.LastError);
        Assert.DoesNotContain("key-of", report.ToString() + engines.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", report.LastError, StringComparison.Ordinal);
    }

    /// <summary>Home says this and is cut off when that was heard: what is cut off unread was never sent.</summary>
    private void CutAfter(string sent, TaskCompletionSource heard) => Home.Answer = async http =>
    {
        await LocalEngine.StreamAsync(http, sent);
        await heard.Task;
        http.Abort();
    };

    private static Task FailAsync(HttpContext http, int status)
    {
        switch (status)
        {
            case -1: // cut before the answer
                http.Abort();
                return Task.CompletedTask;
            case -2: // cut after the headers, before any byte of the answer
                http.Response.ContentType = "text/event-stream";
                return http.Response.StartAsync().ContinueWith(_ => http.Abort(), TaskScheduler.Default);
            default:
                return LocalEngine.JsonAsync(http, status, """{"error":{"message":"no model for you"}}""");
        }
    }

    /// <summary>Moves the clock in steps, and lets what is due happen between them.</summary>
    private static Task AdvanceUntilAsync(ManualClock clock, Func<bool> condition) => ManyEngines.UntilAsync(() =>
    {
        clock.Advance(TimeSpan.FromSeconds(0.5));
        return condition();
    });
}
