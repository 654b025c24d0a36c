using Platform.Agents.Answering;
using Platform.ModelHost.Client;

namespace Platform.Agents.Memory;

/// <summary>The part of a conversation that a prompt has.</summary>
/// <param name="Turns">The latest, word for word.</param>
/// <param name="Before">What fell out, in short; empty when nothing did.</param>
internal sealed record WindowedTurns(IReadOnlyList<PastTurn> Turns, string Before)
{
    /// <summary>The latest of what fell out, word for word: about twice as much as the window holds.</summary>
    public IReadOnlyList<PastTurn> Fallen { get; init; } = [];
}

/// <summary>Cuts a conversation to a number of tokens: the latest turns whole, of those before them the beginnings.</summary>
internal sealed class ConversationWindow(ITokenCounter tokens)
{
    private const int MostTurns = 50, Beginning = 120;

    /// <summary>What fell out takes at most a quarter of the room; the latest of it stays.</summary>
    public async Task<WindowedTurns> OfAsync(IReadOnlyList<PastTurn> history, int room, CancellationToken cancellation)
    {
        if (room == 0 || history.Count == 0)
            return new([], "");
        PastTurn[] latest = [.. history.TakeLast(MostTurns)];
        string[] beginnings = [.. latest.Select(Short)];
        var counts = await tokens.CountForChatAsync([.. latest.Select(turn => turn.Text), .. beginnings], cancellation);
        if (counts.Take(latest.Length).Sum() <= room)
            return new(latest, "");
        var kept = Fitting(counts, latest.Length, 0, room - room / 4);
        var told = Fitting(counts, latest.Length + kept, latest.Length, room / 4) - latest.Length;
        var fallen = Fitting(counts, kept, 0, room * 2);
        return new(latest[kept..], string.Join('\n', beginnings[told..kept])) { Fallen = latest[fallen..kept] };
    }

    /// <summary>The first of the items before the end that fit together.</summary>
    private static int Fitting(IReadOnlyList<int> counts, int end, int first, int room)
    {
        var kept = end;
        while (kept > first && room - counts[kept - 1] >= 0)
            room -= counts[--kept];
        return kept;
    }

    private static string Short(PastTurn turn)
    {
        var line = string.Join(' ', turn.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return $"{(turn.Role == "user" ? "Asked" : "Answered")}: {ShortText.Of(line, Beginning)}";
    }
}
