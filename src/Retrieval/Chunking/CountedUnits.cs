using System.Runtime.CompilerServices;
using Platform.ModelHost.Client;

namespace Platform.Retrieval.Chunking;

/// <summary>A unit and its tokens.</summary>
internal readonly record struct CountedUnit(TextUnit Unit, int Tokens);

/// <summary>Counts units in batches, one call for many, and cuts those that are longer than a passage may be.</summary>
internal sealed class CountedUnits(ITokenCounter counter, string text, int maxTokens)
{
    private const int BatchUnits = 256;
    private const int BatchCharacters = 64 * 1024;

    public async IAsyncEnumerable<CountedUnit> CountAsync(IEnumerable<TextUnit> units, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var batch = new List<TextUnit>(BatchUnits);
        var characters = 0;
        foreach (var unit in units)
        {
            batch.Add(unit);
            characters += unit.End - unit.Start;
            if (batch.Count < BatchUnits && characters < BatchCharacters) continue;
            foreach (var counted in await CountBatchAsync(batch, cancellation)) yield return counted;
            batch.Clear();
            characters = 0;
        }
        foreach (var counted in await CountBatchAsync(batch, cancellation)) yield return counted;
    }

    private async Task<List<CountedUnit>> CountBatchAsync(List<TextUnit> batch, CancellationToken cancellation)
    {
        var counted = new List<CountedUnit>(batch.Count);
        if (batch.Count == 0) return counted;
        var counts = await counter.CountForEmbeddingAsync([.. batch.Select(unit => text[unit.Start..unit.End])], cancellation);
        for (var i = 0; i < batch.Count; i++)
        {
            if (counts[i] <= maxTokens || !CanCut(batch[i])) counted.Add(new CountedUnit(batch[i], counts[i]));
            else counted.AddRange(await CountBatchAsync(Cut(batch[i], counts[i]), cancellation));
        }
        return counted;
    }

    private bool CanCut(TextUnit unit) => unit.End - unit.Start > (char.IsHighSurrogate(text[unit.Start]) ? 2 : 1);

    /// <summary>Equal pieces, moved back to white space where there is some near by. Each piece is shorter than the unit, so that cutting ends.</summary>
    private List<TextUnit> Cut(TextUnit unit, int tokens)
    {
        var length = unit.End - unit.Start;
        var size = Math.Max(1, length / (tokens / maxTokens + 1));
        var pieces = new List<TextUnit>();
        for (var start = unit.Start; start < unit.End;)
        {
            var end = Math.Min(unit.End, start + size);
            if (end < unit.End) end = Boundary(start, end);
            var trimmed = end;
            while (trimmed > start && char.IsWhiteSpace(text[trimmed - 1])) trimmed--;
            if (trimmed > start) pieces.Add(unit with { Start = start, End = trimmed });
            for (start = end; start < unit.End && char.IsWhiteSpace(text[start]);) start++;
        }
        return pieces;
    }

    private int Boundary(int start, int end)
    {
        for (var at = end; at > start + (end - start) / 2; at--)
        {
            if (char.IsWhiteSpace(text[at - 1]) || text[at - 1] is '，' or '、' or ',' or '|') return at;
        }
        if (!char.IsLowSurrogate(text[end]) || !char.IsHighSurrogate(text[end - 1])) return end;
        return end - 1 > start ? end - 1 : end + 1;
    }
}
