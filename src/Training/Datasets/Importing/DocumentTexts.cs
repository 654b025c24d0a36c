using Platform.Retrieval.Access;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Reading;
using Platform.Training.Datasets.Curation;

namespace Platform.Training.Datasets.Importing;

/// <summary>The texts of documents as rows: of a file (PDF, Word, a web page), read as a knowledge base reads it, or of the documents of one.</summary>
public sealed class DocumentTexts
{
    private readonly ReaderByContent readers;
    private readonly DocumentLibrary documents;
    private readonly DatasetItems items;

    internal DocumentTexts(ReaderByContent readers, DocumentLibrary documents, DatasetItems items) => (this.readers, this.documents, this.items) = (readers, documents, items);

    /// <summary>Adds the texts of a base's documents that are ready; rows of one document are parted from others together. DatasetException no_documents, kind_differs, too_many_rows.</summary>
    /// <param name="documentIds">Of which documents; none for all.</param>
    public async Task<AddedItems> AddAsync(Caller caller, Guid datasetId, Guid baseId, IReadOnlyList<Guid> documentIds, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(documentIds);
        List<NewItem> rows = [];
        foreach (var document in await documents.ListAsync(caller, baseId, cancellation))
        {
            if (document.State != DocumentState.Ready || (documentIds.Count > 0 && !documentIds.Contains(document.Id)))
                continue;
            foreach (var row in Of((await documents.ReadTextAsync(caller, document.Id, cancellation)).Text))
                if (row.Row is { } good)
                    rows.Add(new(good, document.Name, RowPlace.OfDocument(document.Id), new(document.Id, baseId, document.Version)));
        }
        return rows.Count > 0 ? await items.AddAsync(caller, datasetId, rows, cancellation)
            : throw new DatasetException("no_documents", "The documents that were chosen hold no text, or are not ready yet. Choose others, or wait until they are.");
    }

    /// <summary>The rows of a file that is a document; null where it is a table, or a text of whatever form. DatasetException file_unreadable, also for what is no text at all.</summary>
    internal async Task<IReadOnlyList<SourceRow>?> ReadAsync(string path, string name, CancellationToken cancellation)
    {
        if (RowSource.IsTable(name) || new FileInfo(path).Length == 0)
            return null;
        try
        {
            return await Task.Run(() => ContentSniffer.Sniff(path, name), cancellation) switch
            {
                "text/plain" or "text/markdown" or "text/csv" or "application/json" => null,
                { } type => [.. Of((await readers.For(type).ReadAsync(path, null, cancellation)).Text)],
                null => throw new DatasetException("file_unreadable", $"'{name}' is neither text nor a document that can be read: its bytes are those of no kind that is known here."),
            };
        }
        catch (IngestException error)
        {
            throw new DatasetException("file_unreadable", error.Message, error);
        }
    }

    private static IEnumerable<SourceRow> Of(string text) => RowSource.OfText(text.Split('\n'));
}
