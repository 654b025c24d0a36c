using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Platform.Fakes;
using Platform.ModelHost.Client;
using Platform.Web.Features.Models;

namespace Platform.Web.Tests.Models;

public sealed class ModelTrialTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Exactly_the_model_on_trial_is_asked_and_its_figures_are_told()
    {
        var clock = new ManualClock();
        var chat = ScriptedChatClient.Writing((_, cancellation) => SlowlyAsync(clock, cancellation));
        var trial = new ModelTrial("the-other", clock);
        await trial.AskAsync(chat, "How are you?", Nothing, Cancellation);
        var turn = Assert.Single(trial.Turns);
        Assert.Equal(("Well, thanks.", TrialState.Done), (turn.Answer, turn.State));
        Assert.Equal("the-other", Assert.Single(chat.Options)!.ModelId);
        Assert.Equal(TimeSpan.FromSeconds(2), turn.FirstToken);
        Assert.Equal(20, turn.Tokens);
        Assert.Equal(5.0, turn.TokensPerSecond!.Value, 3); // 20 tokens in the 4 s after the first
    }

    [Fact]
    public async Task The_services_own_rate_is_believed()
    {
        var timings = new ServedTimings(PromptMs: 100, PromptPerSecond: 10, PredictedMs: 500, PredictedPerSecond: 40);
        var chat = new ScriptedChatClient((_, _) => new ChatResponseUpdate[]
        {
            new(ChatRole.Assistant, "Hello"),
            new() { AdditionalProperties = new() { [ChatUpdateKeys.Timings] = timings } },
        }.ToAsyncEnumerable());
        var trial = new ModelTrial("m", TimeProvider.System);
        await trial.AskAsync(chat, "Hi", Nothing, Cancellation);
        Assert.Equal(40, trial.Turns[0].TokensPerSecond);
    }

    [Fact]
    public async Task Stop_keeps_what_was_written_and_the_next_question_knows_it()
    {
        using var stop = new CancellationTokenSource();
        var chat = ScriptedChatClient.Writing((messages, cancellation) => messages.Count == 1 ? StoppedAsync(stop, cancellation) : AsyncEnumerable.Repeat("Yes.", 1));
        var trial = new ModelTrial("m", TimeProvider.System);
        await trial.AskAsync(chat, "Count", Nothing, stop.Token);
        Assert.Equal(("One, ", TrialState.Stopped), (trial.Turns[0].Answer, trial.Turns[0].State));
        await trial.AskAsync(chat, "Go on", Nothing, Cancellation);
        Assert.Equal(["Count", "One, ", "Go on"], chat.Requests.Last().Select(message => message.Text));
        Assert.Equal(TrialState.Done, trial.Turns[1].State);
    }

    [Fact]
    public async Task A_failure_says_why()
    {
        var chat = ScriptedChatClient.Writing((_, _) => throw new ModelHostException(ModelHostErrorKind.Busy, "The queue is full."));
        var trial = new ModelTrial("m", TimeProvider.System);
        await trial.AskAsync(chat, "Hi", Nothing, Cancellation);
        Assert.Equal((TrialState.Failed, "The queue is full."), (trial.Turns[0].State, trial.Turns[0].Problem?.Message));
    }

    private static async IAsyncEnumerable<string> SlowlyAsync(ManualClock clock, [EnumeratorCancellation] CancellationToken cancellation)
    {
        clock.Advance(TimeSpan.FromSeconds(2));
        yield return "Well, ";
        clock.Advance(TimeSpan.FromSeconds(4));
        yield return "thanks.";
        await Task.Yield();
        cancellation.ThrowIfCancellationRequested();
    }

    private static async IAsyncEnumerable<string> StoppedAsync(CancellationTokenSource stop, [EnumeratorCancellation] CancellationToken cancellation)
    {
        yield return "One, ";
        await stop.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
        yield return "two";
    }

    private static void Nothing()
    {
        // nobody looks
    }
}
