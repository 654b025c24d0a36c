using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;
using Platform.Retrieval.Access;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Reading;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Ingest;

/// <summary>What to do when the base already holds the same content, or the same name.</summary>
public enum DuplicateChoice { Ask, Skip, Replace, KeepBoth }

public enum IngestOutcome { Added, Duplicate, Replaced, Skipped }

/// <summary>What became of an added file. For Duplicate nothing was stored and <paramref name="Existing"/> names what is there.</summary>
public sealed record IngestReceipt(IngestOutcome Outcome, DocumentInfo? Document, DocumentInfo? Existing);

/// <summary>Takes a file in: stores it by content, records it as queued. The worker does the rest.</summary>
public sealed class IngestDocument
{
    private readonly IDbContextFactory<RetrievalContext> _database;
    private readonly ContentStore _contents;
    private readonly DocumentRemoval _removal;
    private readonly IngestQueue _queue;
    private readonly IngestWake _wake;
    private readonly RetrievalOptions _options;
    private readonly TimeProvider _time;

    internal IngestDocument(IDbContextFactory<RetrievalContext> database, ContentStore contents, DocumentRemoval removal, IngestQueue queue, IngestWake wake, IOptions<RetrievalOptions> options, TimeProvider time) =>
        (_database, _contents, _removal, _queue, _wake, _options, _time) = (database, contents, removal, queue, wake, options.Value, time);

    /// <summary>Streams the content to disk (never wholly in memory). Throws IngestException when too large (limit named), empty, of an unsupported type by content, or when the disk is full; NotFoundException when the caller may not change the base.</summary>
    public async Task<IngestReceipt> AddAsync(Caller caller, Guid baseId, string fileName, Stream content, DuplicateChoice choice, CancellationToken cancellation)
    {
        await using RetrievalContext db = await _database.CreateDbContextAsync(cancellation);
        if (!await db.Bases.ChangeableBy(caller).AnyAsync(b => b.Id == baseId, cancellation))
        {
            throw KnowledgeBases.NotFound(baseId);
        }

        try
        {
            return await StoreAsync(db, caller, baseId, DocumentName.Clean(fileName), content, choice, cancellation);
        }
        catch (Exception failure) when (failure is not IngestException && NoSpace.Is(failure))
        {
            throw new IngestException(IngestError.NoSpace, "The disk is full: the file was not stored. Free some space and add it again.", failure);
        }
    }

    private async Task<IngestReceipt> StoreAsync(RetrievalContext db, Caller caller, Guid baseId, string name, Stream content, DuplicateChoice choice, CancellationToken cancellation)
    {
        using StagedContent staged = await _contents.StageAsync(content, _options.MaxFileBytes, cancellation);
        if (staged.Bytes == 0)
        {
            throw new IngestException(IngestError.Empty, "The file is empty (0 bytes).");
        }

        string mediaType = ContentSniffer.Sniff(staged.Path, name) ?? throw new IngestException(
            IngestError.UnsupportedType, "The content is of no kind that can be read. Kinds that can: plain text, Markdown, HTML, PDF, DOCX, XLSX, CSV, JSON.");
        if (mediaType.StartsWith("text/", StringComparison.Ordinal) || mediaType == "application/json")
        {
            TextFile.CheckLength(staged.Bytes);
        }

        if (choice == DuplicateChoice.Replace && await FindAsync(db, baseId, name, staged.Sha256, cancellation) is { } older)
        {
            await _queue.StopOlderAsync(db, older.Id, staged.Sha256, cancellation);
        }

        IngestReceipt receipt;
        string? displaced;
        await _contents.Gate.WaitAsync(cancellation);
        try
        {
            (receipt, displaced) = await RecordAsync(db, caller, baseId, name, mediaType, staged, choice, cancellation);
        }
        finally
        {
            _contents.Gate.Release();
        }

        if (displaced is not null)
        {
            await _removal.DropContentAsync([displaced], CancellationToken.None);
        }

        return receipt;
    }

    /// <summary>With the receipt comes the hash of a content that may now be without an owner, or null.</summary>
    private async Task<(IngestReceipt Receipt, string? Displaced)> RecordAsync(
        RetrievalContext db, Caller caller, Guid baseId, string name, string mediaType, StagedContent staged, DuplicateChoice choice, CancellationToken cancellation)
    {
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(cancellation);

        // The update makes adds to one base wait for each other, so that of ten adds of the same file one is the first.
        DateTimeOffset now = _time.GetUtcNow();
        if (await db.Bases.ChangeableBy(caller).Where(b => b.Id == baseId).ExecuteUpdateAsync(set => set.SetProperty(b => b.UpdatedAt, now), cancellation) == 0)
        {
            throw KnowledgeBases.NotFound(baseId);
        }

        DocumentRow? existing = await FindAsync(db, baseId, name, staged.Sha256, cancellation);
        if (existing is not null && choice is DuplicateChoice.Ask or DuplicateChoice.Skip)
        {
            return (new IngestReceipt(choice == DuplicateChoice.Ask ? IngestOutcome.Duplicate : IngestOutcome.Skipped, null, await InfoAsync(db, existing.Id, cancellation)), null);
        }

        Guid documentId;
        string? displaced = null;
        if (existing is null || choice == DuplicateChoice.KeepBoth)
        {
            documentId = await AddNewAsync(db, caller, baseId, name, mediaType, staged, cancellation);
        }
        else
        {
            documentId = existing.Id;
            displaced = await ReplaceAsync(db, existing, name, mediaType, staged, cancellation);
        }

        _contents.Keep(staged);
        await transaction.CommitAsync(cancellation);
        _wake.Wake();
        return (new IngestReceipt(existing is null || choice == DuplicateChoice.KeepBoth ? IngestOutcome.Added : IngestOutcome.Replaced, await InfoAsync(db, documentId, cancellation), null), displaced);
    }

    private async Task<Guid> AddNewAsync(RetrievalContext db, Caller caller, Guid baseId, string name, string mediaType, StagedContent staged, CancellationToken cancellation)
    {
        string key = DocumentName.Key(name);
        if (await db.Documents.AnyAsync(d => d.BaseId == baseId && d.NameKey == key, cancellation))
        {
            HashSet<string> names = [.. await db.Documents.Where(d => d.BaseId == baseId).Select(d => d.NameKey).ToListAsync(cancellation)];
            name = DocumentName.Another(name, candidate => names.Contains(DocumentName.Key(candidate)));
        }

        DateTimeOffset now = _time.GetUtcNow();
        DocumentRow document = new()
        {
            Id = Guid.CreateVersion7(now), BaseId = baseId, Name = name, NameKey = DocumentName.Key(name), MediaType = mediaType, Bytes = staged.Bytes, Sha256 = staged.Sha256,
            Version = 1, Language = "", UploadedBy = caller.UserId, CreatedAt = now,
        };
        db.Documents.Add(document);
        _queue.Enqueue(db, document, name, mediaType, staged.Bytes, staged.Sha256, document.Version);
        await db.SaveChangesAsync(cancellation);
        return document.Id;
    }

    /// <summary>The newest content wins: a job of an older one is dropped, and a run that holds it loses its lease. What is in the index stays until the new version is in. Returns the hash that the dropped job named, or null.</summary>
    private async Task<string?> ReplaceAsync(RetrievalContext db, DocumentRow existing, string name, string mediaType, StagedContent staged, CancellationToken cancellation)
    {
        IngestJobRow? job = await db.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.DocumentId == existing.Id, cancellation);
        bool alreadyThere = job is null ? existing.State == DocumentState.Ready && existing.Sha256 == staged.Sha256 : job.Active && job.Sha256 == staged.Sha256;
        if (alreadyThere)
        {
            return null;
        }

        await db.Jobs.Where(j => j.DocumentId == existing.Id).ExecuteDeleteAsync(cancellation);
        db.Documents.Attach(existing);
        int version = (job?.Sha256 ?? existing.Sha256) == staged.Sha256 ? job?.Version ?? existing.Version : Math.Max(job?.Version ?? 0, existing.Version) + 1;
        _queue.Enqueue(db, existing, name, mediaType, staged.Bytes, staged.Sha256, version);
        await db.SaveChangesAsync(cancellation);
        return job?.Sha256;
    }

    private static async Task<DocumentRow?> FindAsync(RetrievalContext db, Guid baseId, string name, string sha256, CancellationToken cancellation)
    {
        string key = DocumentName.Key(name);
        List<DocumentRow> found = await db.Documents.AsNoTracking()
            .Where(d => d.BaseId == baseId && (d.NameKey == key || d.Sha256 == sha256 || db.Jobs.Any(j => j.DocumentId == d.Id && j.Sha256 == sha256))).OrderBy(d => d.CreatedAt).ToListAsync(cancellation);
        return found.Find(d => d.NameKey == key) ?? found.FirstOrDefault();
    }

    private static async Task<DocumentInfo> InfoAsync(RetrievalContext db, Guid documentId, CancellationToken cancellation) =>
        (await DocumentList.ReadAsync(db, db.Documents.Where(d => d.Id == documentId), cancellation)).Single();
}
