using Platform.Agents.Answering;

namespace Platform.Agents.Tools;

/// <summary>Numbers what the tools of a run show, from 1, by first appearance; what is shown again keeps its number. Safe for calls side by side.</summary>
public sealed class CitationNumbers
{
    private readonly Dictionary<(Guid Document, int Page, string Heading, int Start, int End, string Quote), Citation> shown = [];
    private readonly Lock gate = new();

    /// <param name="known">Citations of a run that is taken up again.</param>
    public CitationNumbers(IEnumerable<Citation>? known = null)
    {
        foreach (var citation in known ?? [])
            shown[KeyOf(citation)] = citation;
    }

    /// <summary>The citation with its number.</summary>
    public Citation Number(Citation citation)
    {
        lock (gate)
        {
            if (shown.TryGetValue(KeyOf(citation), out var known))
                return citation with { N = known.N };
            var numbered = citation with { N = shown.Count == 0 ? 1 : shown.Values.Max(other => other.N) + 1 };
            shown.Add(KeyOf(citation), numbered);
            return numbered;
        }
    }

    /// <summary>What a number of this run stands for, or null.</summary>
    public Citation? Find(int number)
    {
        lock (gate)
            return shown.Values.FirstOrDefault(citation => citation.N == number);
    }

    /// <summary>What was shown of a stretch of a document and lies in it wholly, in its order; of two that overlap the first.</summary>
    public IReadOnlyList<Citation> Within(Guid documentId, int version, int start, int end)
    {
        List<Citation> within = [];
        lock (gate)
        {
            foreach (var citation in shown.Values.Where(one => one.DocumentId == documentId && one.DocumentVersion == version && one.Start < one.End && one.Start >= start && one.End <= end).OrderBy(one => one.Start).ThenBy(one => one.N))
            {
                if (within.Count == 0 || citation.Start >= within[^1].End)
                    within.Add(citation);
            }
        }
        return within;
    }

    /// <summary>A citation without a span, such as a query, is told from others by its words and its sheet.</summary>
    private static (Guid, int, string, int, int, string) KeyOf(Citation citation) => citation.Start == citation.End
        ? (citation.DocumentId, citation.Page, citation.Heading, citation.Start, citation.End, citation.Quote)
        : (citation.DocumentId, 0, "", citation.Start, citation.End, "");
}
