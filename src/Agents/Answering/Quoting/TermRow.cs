using Platform.Retrieval.Search;

namespace Platform.Agents.Answering.Quoting;

/// <summary>The terms of a text in their order.</summary>
internal sealed class TermRow(IReadOnlyList<string> terms)
{
    private const int Few = 3;

    private readonly HashSet<string> distinct = [.. terms];
    private TermRow? begin;

    public static TermRow Empty { get; } = new([]);

    public IReadOnlyList<string> InOrder { get; } = terms;

    public static TermRow Of(string text) => new(QueryTerms.Of(text));

    /// <summary>The first few.</summary>
    public TermRow Begin => begin ??= new([.. InOrder.Take(Few)]);

    public bool Holds(string term) => distinct.Contains(term);

    /// <summary>Whether the terms stand in a row.</summary>
    public bool HoldsRow(IReadOnlyList<string> row)
    {
        if (row.Count == 0 || !row.All(distinct.Contains))
            return false;
        return Enumerable.Range(0, InOrder.Count - row.Count + 1).Any(at => row.Select((term, i) => InOrder[at + i] == term).All(same => same));
    }
}
