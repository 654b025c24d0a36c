using Platform.Agents.Answering;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Index;
using Platform.Retrieval.Reading;
using Platform.Retrieval.Search;

namespace Platform.Agents.Tests;

/// <summary>Documents in memory, one passage a paragraph, found by the share of the question's terms that they hold.</summary>
internal sealed class TextShelf : IEvidence
{
    private readonly Dictionary<Guid, (string Name, ParsedDocument Text)> documents = [];

    public static readonly Caller Reader = new("reader", IsAdministrator: false);

    public KnowledgeBase Base { get; } = new(Guid.NewGuid(), "Shelf", "", "reader", false, default, default, 0, 0, 0, 0, 0, 0);

    /// <summary>Each search so far.</summary>
    public List<SearchQuery> Searches { get; } = [];

    /// <summary>Awaited before each search.</summary>
    public Func<CancellationToken, Task> BeforeSearch { get; set; } = _ => Task.CompletedTask;

    /// <summary>How often the bases were asked for.</summary>
    public int BasesAsked { get; private set; }

    /// <summary>Names of the documents whose text was read, in order.</summary>
    public List<string> Reads { get; } = [];

    /// <summary>Awaited before a document's text is read.</summary>
    public Task BeforeRead { get; set; } = Task.CompletedTask;

    /// <summary>Thrown by each read of a document's text.</summary>
    public Exception? ReadFailure { get; set; }

    public TextShelf Add(string name, string text, IReadOnlyList<WordBox>? words = null)
    {
        ParsedPage page = new(1, 0, text.Length, 600, 800, words ?? []);
        return Add(name, new ParsedDocument("text/plain", null, text, [page], []));
    }

    public TextShelf Add(string name, ParsedDocument document)
    {
        documents.Add(Guid.NewGuid(), (name, document));
        return this;
    }

    public void Remove(string name) => documents.Remove(documents.Single(d => d.Value.Name == name).Key);

    public Task<IReadOnlyList<KnowledgeBase>> BasesAsync(Caller caller, CancellationToken cancellation)
    {
        BasesAsked++;
        return Task.FromResult<IReadOnlyList<KnowledgeBase>>([Base with { Ready = documents.Count }]);
    }

    public async Task<SearchResult> SearchAsync(Caller caller, SearchQuery query, CancellationToken cancellation)
    {
        Searches.Add(query);
        await BeforeSearch(cancellation);
        if (!query.BaseIds.Contains(Base.Id))
            return new SearchResult([], TimeSpan.Zero, TermCounts.None);
        var wanted = QueryTerms.ContentOf(query.Text + "\n" + query.Related).Distinct().ToList();
        var hits = documents.SelectMany(d => Passages(d.Key, d.Value.Text.Text).Select(passage =>
            {
                var terms = QueryTerms.Of(passage.Text).ToHashSet();
                var share = wanted.Count(terms.Contains) / (double)wanted.Count;
                return new SearchHit(passage, d.Value.Name, "text/plain", 1, share, share, null, null, share, null);
            }))
            .Where(hit => hit.Score > 0).OrderByDescending(hit => hit.Score).Take(query.Top).ToList();
        var held = documents.SelectMany(d => Passages(d.Key, d.Value.Text.Text)).Select(passage => QueryTerms.Of(passage.Text).ToHashSet()).ToList();
        return new SearchResult(hits, TimeSpan.Zero, new TermCounts(held.Count, wanted.ToDictionary(term => term, term => held.LongCount(terms => terms.Contains(term)))));
    }

    public async Task<ParsedDocument> ReadAsync(Caller caller, Guid documentId, CancellationToken cancellation)
    {
        if (ReadFailure is { } failure)
            throw failure;
        if (!documents.TryGetValue(documentId, out var document))
            throw new NotFoundException("Document");
        Reads.Add(document.Name);
        await BeforeRead;
        return document.Text;
    }

    public Task<IReadOnlyList<DocumentInfo>> DocumentsAsync(Caller caller, Guid baseId, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<DocumentInfo>>([.. documents.Select(d => new DocumentInfo(
            d.Key, Base.Id, d.Value.Name, d.Value.Text.MediaType, 0, "", DocumentState.Ready, 0, 0, 0, null, null, null, 1, 1, "en", "reader", default, default, null, 1))]);

    private IEnumerable<Passage> Passages(Guid documentId, string text)
    {
        var start = 0;
        foreach (var paragraph in text.Split("\n\n"))
        {
            if (paragraph.Length > 0)
                yield return new Passage(Guid.NewGuid(), Base.Id, documentId, 0, paragraph, "", 1, 1, start, start + paragraph.Length, paragraph.Length / 4);
            start += paragraph.Length + 2;
        }
    }
}
