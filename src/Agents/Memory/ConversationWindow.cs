using Platform.Agents.Answering;
using Platform.Agents.Prompting;
using Platform.ModelHost.Client;

namespace Platform.Agents.Memory;

/// <summary>What an earlier answer of a conversation had put into a few words, and how many of its turns, from the first, that tells of.</summary>
internal sealed record EarlierSummary(string Text, int Turns);

/// <summary>The part of a conversation that a prompt has.</summary>
/// <param name="Turns">The latest, word for word.</param>
/// <param name="Before">What fell out, in short; empty when nothing did.</param>
internal sealed record WindowedTurns(IReadOnlyList<PastTurn> Turns, string Before)
{
    /// <summary>How many turns fell out, from the first.</summary>
    public int Until { get; init; }

    /// <summary>What fell out and stands in no summary yet: the latest word for word, about twice as much as the window holds, of those before them the beginnings.</summary>
    public IReadOnlyList<PastTurn> Fallen { get; init; } = [];
}

/// <summary>Cuts a conversation to a number of tokens: the latest turns whole, of those before them the beginnings.</summary>
internal sealed class ConversationWindow(ITokenCounter tokens)
{
    private const int MostTurns = 50, Beginning = 120;

    /// <summary>What fell out takes at most a quarter of the room; the latest of it stays.</summary>
    /// <param name="told">So many turns, from the first, a summary tells of already.</param>
    public async Task<WindowedTurns> OfAsync(IReadOnlyList<PastTurn> history, int room, int told, PromptWords words, CancellationToken cancellation)
    {
        if (room == 0 || history.Count == 0)
            return new([], "");
        var first = Math.Max(0, history.Count - MostTurns);
        PastTurn[] latest = [.. history.Skip(first)];
        string[] beginnings = [.. latest.Select(turn => $"{Speaker(turn, words)}{Short(turn)}")];
        var counts = await tokens.CountForChatAsync([.. latest.Select(turn => turn.Text), .. beginnings], cancellation);
        if (first == 0 && counts.Take(latest.Length).Sum() <= room)
            return new(latest, "");
        var kept = Fitting(counts, latest.Length, 0, room - room / 4);
        // An answer has its question before it, be it the beginning alone: templates of many models want a person to speak first.
        PastTurn[] question = kept < latest.Length && latest[kept].Role != "user" && first + kept > 0 && history[first + kept - 1] is { Role: "user" } asked ? [asked with { Text = Short(asked) }] : [];
        var end = Math.Max(0, kept - question.Length);
        var shown = Fitting(counts, latest.Length + end, latest.Length, room / 4) - latest.Length;
        return new([.. question, .. latest[kept..]], string.Join('\n', beginnings[shown..end])) { Until = first + kept, Fallen = await FallenAsync([.. history.Take(first + kept).Skip(told).TakeLast(MostTurns)], room * 2, cancellation) };
    }

    /// <summary>Tokens of all of them.</summary>
    public async Task<int> CountAsync(IReadOnlyList<string> texts, CancellationToken cancellation) => (await tokens.CountForChatAsync(texts, cancellation)).Sum();

    /// <summary>A summary and the beginnings of the latest turns that it does not tell of, in so many tokens together; a summary that is longer is cut itself.</summary>
    public async Task<string> InShortAsync(string summary, IReadOnlyList<PastTurn> turns, int room, PromptWords words, CancellationToken cancellation)
    {
        string[] beginnings = [.. turns.Select(turn => $"{Speaker(turn, words)}{Short(turn)}")];
        var counts = await CountedAsync([summary, .. beginnings], cancellation);
        if (counts[0] > room)
            return ShortText.Cut(summary, (int)((long)summary.Length * room / counts[0]));
        return string.Join('\n', beginnings[(Fitting(counts, counts.Count, 1, room - counts[0]) - 1)..].Prepend(summary));
    }

    /// <summary>Who said it, as a prompt names them.</summary>
    public static string Speaker(PastTurn turn, PromptWords words) => turn.Role == "user" ? words.Asked : words.Answered;

    /// <summary>About as many where the service that counts is away: this is asked for when it was, a moment before.</summary>
    private async Task<IReadOnlyList<int>> CountedAsync(string[] texts, CancellationToken cancellation)
    {
        try
        {
            return await tokens.CountForChatAsync(texts, cancellation);
        }
        catch (ModelHostException)
        {
            return Array.ConvertAll(texts, TokenEstimate.Of);
        }
    }

    private async Task<IReadOnlyList<PastTurn>> FallenAsync(PastTurn[] fallen, int room, CancellationToken cancellation)
    {
        if (fallen.Length == 0)
            return [];
        var whole = Fitting(await tokens.CountForChatAsync([.. fallen.Select(turn => turn.Text)], cancellation), fallen.Length, 0, room);
        return [.. fallen[..whole].Select(turn => turn with { Text = Short(turn) }), .. fallen[whole..]];
    }

    /// <summary>The first of the items before the end that fit together.</summary>
    private static int Fitting(IReadOnlyList<int> counts, int end, int first, int room)
    {
        var kept = end;
        while (kept > first && room - counts[kept - 1] >= 0)
            room -= counts[--kept];
        return kept;
    }

    private static string Short(PastTurn turn) => ShortText.Of(string.Join(' ', turn.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), Beginning);
}
