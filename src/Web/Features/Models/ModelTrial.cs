using Microsoft.Extensions.AI;
using Platform.ModelHost.Client;

namespace Platform.Web.Features.Models;

/// <summary>A conversation with exactly one model, kept only as long as its dialog is open.</summary>
/// <param name="likeliest">It writes the likeliest words, the same ones each time, so that what differs from another beside it is the model.</param>
public sealed class ModelTrial(string model, TimeProvider time, bool likeliest = false)
{
    /// <summary>Longest question, characters.</summary>
    public const int LongestQuestion = 8000;

    /// <summary>Longest answer, tokens.</summary>
    public const int LongestAnswer = 1024;

    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(60);
    private readonly List<TrialTurn> turns = [];
    private readonly string conversation = Guid.NewGuid().ToString("N");

    /// <summary>Id of the model, or of a model with an adapter on it.</summary>
    public string Model { get; } = model;

    public IReadOnlyList<TrialTurn> Turns => turns;

    /// <summary>Asks and follows the answer. Ends without an exception: stopped, failed and done are states of the turn, and a stopped answer keeps what was written.</summary>
    /// <param name="changed">Told when there is more to see, a few times a second.</param>
    public async Task AskAsync(IChatClient chat, string question, Action changed, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(chat);
        ArgumentNullException.ThrowIfNull(changed);
        var turn = new TrialTurn(question);
        var messages = turns.Where(earlier => earlier.Answer.Length > 0).SelectMany(Said).Append(new ChatMessage(ChatRole.User, question)).ToList();
        turns.Add(turn);
        changed();
        try
        {
            await FollowAsync(chat, messages, turn, changed, cancellation);
            turn.State = TrialState.Done;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            turn.State = TrialState.Stopped;
        }
        catch (ModelHostException failed)
        {
            (turn.State, turn.Problem) = (TrialState.Failed, failed);
        }
        turn.QueuePosition = null;
        changed();
    }

    private async Task FollowAsync(IChatClient chat, List<ChatMessage> messages, TrialTurn turn, Action changed, CancellationToken cancellation)
    {
        var (asked, first, drawn) = (time.GetTimestamp(), 0L, 0L);
        await foreach (var update in chat.GetStreamingResponseAsync(messages, new ChatOptions { ModelId = Model, ConversationId = conversation, MaxOutputTokens = LongestAnswer, Temperature = likeliest ? 0 : null }, cancellation))
        {
            if (turn.FirstToken is null && update.Contents.Any(content => content is TextContent or TextReasoningContent))
            {
                first = time.GetTimestamp();
                (turn.FirstToken, turn.State, turn.QueuePosition) = (time.GetElapsedTime(asked, first), TrialState.Answering, null);
            }
            Take(update, turn, first);
            if (time.GetElapsedTime(drawn) >= Redraw)
            {
                drawn = time.GetTimestamp();
                changed();
            }
        }
    }

    private void Take(ChatResponseUpdate update, TrialTurn turn, long first)
    {
        foreach (var content in update.Contents)
        {
            switch (content)
            {
                case TextReasoningContent thought:
                    turn.Reasoning += thought.Text;
                    break;
                case TextContent text:
                    turn.Answer += text.Text;
                    break;
                case UsageContent { Details.OutputTokenCount: { } tokens }:
                    turn.Tokens = tokens;
                    // Until the service says how fast it was, and where it never does: by our own watch.
                    turn.TokensPerSecond ??= time.GetElapsedTime(first).TotalSeconds is > 0 and var seconds && first != 0 ? tokens / seconds : null;
                    break;
            }
        }
        if (update.AdditionalProperties is { } more)
        {
            turn.QueuePosition = more.GetValueOrDefault(ChatUpdateKeys.QueuePosition) as int? ?? turn.QueuePosition;
            turn.TokensPerSecond = more.GetValueOrDefault(ChatUpdateKeys.Timings) is ServedTimings timings ? timings.PredictedPerSecond : turn.TokensPerSecond;
        }
    }

    private static IEnumerable<ChatMessage> Said(TrialTurn turn) => [new(ChatRole.User, turn.Question), new(ChatRole.Assistant, turn.Answer)];
}
