using Platform.Retrieval.Chunking;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Embedding;
using Platform.Retrieval.Index;
using Platform.Retrieval.Reading;

namespace Platform.Retrieval.Ingest;

/// <summary>
/// One document from file to index: read → chunk → embed → write → show. The index takes the new version beside the old one in one step; which of them is found says the document's
/// row, so that a stop at any point leaves the document as it was, and doing it again gives the same passages.
/// </summary>
internal sealed class IngestPipeline(ParsedTexts texts, SectionChunker chunker, PassageEmbedder embedder, IPassageIndex index, IngestJobs jobs, DocumentRemoval removal)
{
    private static readonly ChunkingOptions Chunking = new();

    /// <summary>Throws IngestException for documents that cannot be taken in, ModelHostException when the model service fails, LeaseLostException when the job was taken away.</summary>
    public async Task RunAsync(IngestJob job, StageProgress progress, CancellationToken cancellation)
    {
        ParsedDocument document = await texts.ReadAsync(job.Sha256, job.MediaType, progress, cancellation);

        progress.Enter(DocumentState.Chunking);
        List<Passage> passages = [];
        await foreach (Passage passage in chunker.ChunkAsync(document, job.BaseId, job.DocumentId, job.Version, Chunking, cancellation))
        {
            passages.Add(passage);
            progress.Report((passages.Count, 0));
        }

        if (passages.Count == 0)
        {
            throw new IngestException(IngestError.NoText, "No text was found in the file. If it is a scan, run text recognition (OCR) on it first.");
        }

        progress.Enter(DocumentState.Embedding, passages.Count);
        EmbeddedPassages embedded = await embedder.EmbedAsync(passages, progress, cancellation);

        progress.Enter(DocumentState.Indexing, passages.Count);
        await jobs.KeepAsync(job, progress.At, cancellation);
        await index.WriteAsync(job.BaseId, job.DocumentId, job.Version, embedded.Model, embedded.Passages, cancellation);

        // From here on a stop comes too late.
        string before = await jobs.FinishAsync(job, document.Pages.Count, passages.Count, LanguageGuess.Of(document.Text), CancellationToken.None);

        // Now the new version counts, and what is left of the old one is only in the way.
        await index.KeepOnlyAsync(job.BaseId, job.DocumentId, job.Version, CancellationToken.None);
        if (before != job.Sha256)
        {
            await removal.DropContentAsync([before], CancellationToken.None);
        }
    }
}
