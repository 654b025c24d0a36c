using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Platform.Agents.Runs;
using Platform.ModelHost.Client;

namespace Platform.Agents.Acting;

/// <summary>What a model is asked for at one time.</summary>
/// <param name="Tools">None where it is to answer.</param>
internal sealed record ModelQuestion(StepKind Kind, string Goal, IReadOnlyList<ChatMessage> Messages, ChatOptions Options, ToolKit Tools)
{
    public bool ShowsAnswer { get; init; } = true;

    /// <summary>Most pieces of an answer's text, each a token, or a few where an engine sends several at once; null for as many as the options let it write. Thoughts and calls count in those alone.</summary>
    public int? MostAnswer { get; init; }

    /// <summary>The step of the plan that it belongs to.</summary>
    public string? PlanStep { get; init; }

    /// <summary>Of a summary: how many turns of the conversation it tells of.</summary>
    public int? Turns { get; init; }

    /// <summary>Of a check: reads what came of it.</summary>
    public Func<string, StepVerdict>? Judges { get; init; }
}

/// <summary>Lets the model take one decision: to call tools, or to answer. What it writes is told as it comes. Of several at once at most one tells an answer.</summary>
/// <remarks>What the model writes is untrusted.</remarks>
internal sealed class AgentDecision(IChatClient chat, TimeProvider time)
{
    private const int MostCalls = 8;

    /// <summary>Characters of a token, at the most: beyond that an engine does not keep to what it was let write, and is read no further.</summary>
    private const int LongestToken = 16, LeastRead = 4096;

    /// <summary>The step as it was stored. Calls have ids that are unique in the run, and a fault where they cannot be made.</summary>
    public async Task<StepCompletedData> TakeAsync(ModelQuestion question, AgentJournal journal, Func<string, IEnumerable<ToldText>>? split, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        var id = journal.Exclusively(past =>
        {
            var next = past.NextStepId;
            journal.Add("step.started", past.Told.With(Started(next, question, past.LastSent), question.Options));
            return next;
        });
        StringBuilder text = new();
        List<FunctionCallContent> calls = [];
        int read = 0, cached = 0, told = 0, beside = 0, pieces = 0; // beside: characters of thoughts and of calls; pieces: of the answer
        ChatFinishReason? end = null;
        var isFull = false;
        var room = question.Options.MaxOutputTokens is { } most ? Math.Max(LeastRead, (long)most * LongestToken) : long.MaxValue;
        try
        {
            await foreach (var update in chat.GetStreamingResponseAsync(question.Messages, question.Options, cancellation).WithCancellation(cancellation))
            {
                end = update.FinishReason ?? end;
                calls.AddRange(update.Contents.OfType<FunctionCallContent>());
                foreach (var counted in update.Contents.OfType<UsageContent>().Select(content => content.Details))
                    (read, cached, told) = ((int)(counted.InputTokenCount ?? read), (int)(counted.CachedInputTokenCount ?? cached), (int)(counted.OutputTokenCount ?? told));
                foreach (var thought in update.Contents.OfType<TextReasoningContent>().Where(t => t.Text.Length > 0))
                {
                    var fits = Fitting(thought.Text);
                    beside += fits.Length;
                    journal.Add("step.delta", new StepTextData(id, fits));
                }
                var calling = update.AdditionalProperties?.GetValueOrDefault(ChatUpdateKeys.CallProgress) as CallProgress;
                room = Math.Max(0, room - (calling?.Characters ?? 0));
                beside += calling?.Characters ?? 0;
                Tell(Fitting(update.Text));
                if (isFull)
                {
                    (end, told) = (ChatFinishReason.Length, Math.Max(told, question.MostAnswer!.Value + ((beside + 2) / 3)));
                    break;
                }
                if (room == 0)
                {
                    (end, told) = (ChatFinishReason.Length, Math.Max(told, question.Options.MaxOutputTokens!.Value));
                    if (calling is not null) // what is there of it is no call
                        calls.Add(new("", calling.Name) { Exception = new JsonException("The call was not whole where the model was stopped.") });
                    break;
                }
            }
        }
        catch (ModelHostException failure)
        {
            // An engine that wrote nothing may not have read anything either.
            journal.Add("step.failed", new StepFailedData(id, question.Kind, failure.Message) { PromptTokens = text.Length + beside > 0 ? Read() : read, CompletionTokens = Written() });
            throw;
        }
        catch (OperationCanceledException)
        {
            journal.Leave(id, Read(), Written());
            throw;
        }
        if (calls.Count > 0 && question.ShowsAnswer)
            journal.Reset("tool_call");
        StepCompletedData step = new(id, question.Kind, text.ToString(), [.. calls.Take(MostCalls).Select((call, i) => Checked($"{id}_{i + 1}", call, question))],
            Read(), Written(), time.GetElapsedTime(begun).TotalMilliseconds) { PlanStep = question.PlanStep, CachedTokens = cached, Turns = question.Turns, IsCut = end == ChatFinishReason.Length, CallsAsked = calls.Count > MostCalls ? calls.Count : 0, Verdict = question.Judges?.Invoke(text.ToString()) };
        journal.Add("step.completed", step);
        return step;

        // Who does not count leaves it to an estimate; who counts less than so many characters can be is not believed.
        int Read() => read > 0 ? read : question.Messages.Sum(message => TokenEstimate.Of(Sent(message).Text));
        int Written() => Math.Max(told > 0 ? told : TokenEstimate.Of(text.ToString()) + ((beside + 2) / 3), (text.Length + beside) / LongestToken);

        string Fitting(string more)
        {
            if (more.Length <= room)
            {
                room -= more.Length;
                return more;
            }
            var fits = more[..(int)room];
            room = 0;
            return fits.Length > 0 && char.IsHighSurrogate(fits[^1]) ? fits[..^1] : fits;
        }

        void Tell(string more)
        {
            foreach (var told in split?.Invoke(more) ?? [new ToldText(more, IsAnswer: true)])
            {
                if (told is { IsAnswer: true, Text.Length: > 0 } && calls.Count == 0 && pieces++ == question.MostAnswer)
                {
                    isFull = true;
                    return;
                }
                if (told.IsAnswer && question.ShowsAnswer)
                    journal.Text(told.Text);
                else if (told.Text.Length > 0)
                    journal.Add("step.delta", new StepTextData(id, told.Text));
            }
            text.Append(more);
        }
    }

    private static CallData Checked(string id, FunctionCallContent call, ModelQuestion question)
    {
        if (call.Exception is not null || Arguments(call) is not { } arguments)
            return new(id, call.Name, JsonSerializer.SerializeToElement(new { }), question.Tools.Words.ArgumentsAreNoJson);
        return new(id, call.Name, arguments, question.Tools.Fault(call.Name, arguments));
    }

    /// <summary>Null where a text in them is none: an escape may be half of a character.</summary>
    private static JsonElement? Arguments(FunctionCallContent call)
    {
        try
        {
            return JsonSerializer.SerializeToElement(call.Arguments ?? new Dictionary<string, object?>(), RunJson.Options);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static StepStartedData Started(string id, ModelQuestion question, IReadOnlyList<SentMessage> before)
    {
        SentMessage[] now = [.. question.Messages.Select(Sent)];
        var same = now.Zip(before).TakeWhile(pair => pair.First == pair.Second).Count();
        return new(id, question.Kind, question.Goal, same, now[same..], [.. question.Options.Tools?.Select(t => t.Name) ?? []]) { PlanStep = question.PlanStep };
    }

    private static SentMessage Sent(ChatMessage message)
    {
        var parts = message.Contents.Select(content => content switch
        {
            FunctionCallContent call => $"[{call.CallId}] {call.Name}({JsonSerializer.Serialize(call.Arguments, RunJson.Options)})",
            FunctionResultContent result => $"[{result.CallId}] {result.Result}",
            TextContent written => written.Text,
            _ => "",
        });
        return new(message.Role.Value, string.Join('\n', parts.Where(part => part.Length > 0)));
    }
}

/// <summary>A part of what a model writes: of its answer, or beside it.</summary>
internal readonly record struct ToldText(string Text, bool IsAnswer);
