using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Memory;
using Platform.ModelHost.Client;

namespace Platform.Agents.Prompting;

/// <summary>Has the model put into a few words what fell out of the conversation's window, together with what an earlier answer had put so: what was said at the beginning is carried on. It is asked once a run, where anything new fell out; where it cannot answer, or fails, the beginnings of the turns stand instead.</summary>
internal sealed class ConversationSummary(AgentDecision decision, ServedModels models, ConversationWindow shortened, TimeProvider time)
{
    private const int LeastTokens = 24;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>The window with the summary in the place of the beginnings.</summary>
    /// <param name="earlier">Of an earlier answer; null for none.</param>
    /// <param name="room">Tokens that it may take.</param>
    public async Task<WindowedTurns> OfAsync(WindowedTurns window, EarlierSummary? earlier, int room, ChatOptions options, AgentJournal journal, PromptWords words, CancellationToken cancellation)
    {
        if (window.Until == 0 || room < LeastTokens)
            return window;
        if (journal.Past.Summary is { } known)
            return window with { Before = known };
        if (window.Fallen.Count == 0)
            return await UnsummedAsync();
        var settings = options.Clone();
        settings.MaxOutputTokens = room;
        IEnumerable<string> told = window.Fallen.Select(turn => $"{ConversationWindow.Speaker(turn, words)}{UntrustedText.ForPrompt(turn.Text)}");
        var text = string.Join('\n', earlier is null ? told : told.Prepend($"{words.Before}{UntrustedText.ForPrompt(earlier.Text)}"));
        ModelQuestion question = new(StepKind.Summary, "", [new(ChatRole.System, words.Summarize), new(ChatRole.User, UntrustedText.ToolOutput("conversation", text, [], isError: false))], settings, new(words)) { ShowsAnswer = false, Turns = window.Until };
        using CancellationTokenSource timer = new(Longest, time);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
        try
        {
            if ((await models.ListAsync(limited.Token)).FirstOrDefault(model => model.Id == options.ModelId) is { CanAnswer: false })
                return await UnsummedAsync(); // its own words are worth nothing
            var written = (await decision.TakeAsync(question, journal, null, limited.Token)).Text.Trim();
            return written.Length > 0 ? window with { Before = written } : await UnsummedAsync();
        }
        catch (Exception failure) when (failure is ModelHostException || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            journal.GiveUp();
            return await UnsummedAsync(); // the answer itself will say what is wrong, if it still is
        }

        async Task<WindowedTurns> UnsummedAsync() => earlier is null ? window : window with { Before = await shortened.InShortAsync(earlier.Text, window.Fallen, room, words, cancellation) };
    }
}
