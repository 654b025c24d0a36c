using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Platform.Retrieval.Access;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Evaluation;

/// <summary>Golden questions that are kept with a knowledge base.</summary>
/// <param name="Name">Given by whoever brought them. Untrusted.</param>
public sealed record KeptGoldenSet(Guid Id, Guid BaseId, string Name, int Questions, DateTimeOffset CreatedAt);

/// <summary>Keeps golden questions with the knowledge base that they are about; they go with it. Whoever may read the base sees them, whoever may change it brings and deletes them.</summary>
public sealed class GoldenSets
{
    /// <summary>Questions of a set, its bytes, sets of a base, and characters of a name, at most.</summary>
    public const int MostQuestions = 200, MostBytes = 4 << 20, MostSets = 50, LongestName = 100;

    private readonly IDbContextFactory<RetrievalContext> _database;
    private readonly TimeProvider _time;

    internal GoldenSets(IDbContextFactory<RetrievalContext> database, TimeProvider time) => (_database, _time) = (database, time);

    /// <summary>Those of a base, the newest first.</summary>
    /// <exception cref="NotFoundException">There is no such base for the caller.</exception>
    public async Task<IReadOnlyList<KeptGoldenSet>> ListAsync(Caller caller, Guid baseId, CancellationToken cancellation)
    {
        await using RetrievalContext db = await _database.CreateDbContextAsync(cancellation);
        return await db.Bases.ReadableBy(caller).AnyAsync(b => b.Id == baseId, cancellation)
            ? await db.GoldenSets.Where(set => set.BaseId == baseId).OrderByDescending(set => set.CreatedAt).ThenBy(set => set.Id).Select(set => new KeptGoldenSet(set.Id, set.BaseId, set.Name, set.Questions, set.CreatedAt)).ToListAsync(cancellation)
            : throw KnowledgeBases.NotFound(baseId);
    }

    /// <summary>Keeps the questions of a file with a base.</summary>
    /// <param name="name">What they are called; cut to the longest name.</param>
    /// <param name="content">UTF-8, JSON lines as of <see cref="GoldenSet"/>. Untrusted.</param>
    /// <exception cref="InvalidDataException">A line is no question; it names the line.</exception>
    /// <exception cref="GoldenSetException">Too large, none or too many questions, or too many sets.</exception>
    /// <exception cref="NotFoundException">There is no such base that the caller may change.</exception>
    public async Task<KeptGoldenSet> AddAsync(Caller caller, Guid baseId, string name, Stream content, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(content);
        string called = Storable(name ?? "").Trim() is { Length: > 0 } given ? given : "golden";
        string text = await ReadAsync(content, cancellation);
        int questions = GoldenSet.Parse(text, called).Count;
        if (questions is 0 or > MostQuestions)
        {
            throw new GoldenSetException(GoldenSetFault.Questions, $"The file has {questions} questions; a set has 1 to {MostQuestions}.");
        }

        await using RetrievalContext db = await _database.CreateDbContextAsync(cancellation);
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(cancellation);

        // The base first, as it is: of several that bring sets at once, each waits for the one before it and counts its set.
        if (await db.Bases.ChangeableBy(caller).Where(b => b.Id == baseId).ExecuteUpdateAsync(set => set.SetProperty(b => b.UpdatedAt, b => b.UpdatedAt), cancellation) == 0)
        {
            throw KnowledgeBases.NotFound(baseId);
        }

        if (await db.GoldenSets.CountAsync(set => set.BaseId == baseId, cancellation) >= MostSets)
        {
            throw new GoldenSetException(GoldenSetFault.Sets, $"The knowledge base has {MostSets} sets of golden questions already, which is the most. Delete one.");
        }

        DateTimeOffset now = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds()); // as it is stored
        GoldenSetRow row = new() { Id = Guid.CreateVersion7(now), BaseId = baseId, Name = Cut(called), Questions = questions, Content = text, CreatedAt = now };
        db.GoldenSets.Add(row);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return new KeptGoldenSet(row.Id, row.BaseId, row.Name, row.Questions, row.CreatedAt);
    }

    /// <summary>The questions as they came, JSON lines.</summary>
    /// <exception cref="NotFoundException">There is no such set for the caller.</exception>
    public async Task<string> ReadAsync(Caller caller, Guid setId, CancellationToken cancellation)
    {
        await using RetrievalContext db = await _database.CreateDbContextAsync(cancellation);
        return await db.GoldenSets.Where(set => set.Id == setId && db.Bases.ReadableBy(caller).Any(b => b.Id == set.BaseId)).Select(set => set.Content).SingleOrDefaultAsync(cancellation) ?? throw NotFound(setId);
    }

    /// <exception cref="NotFoundException">There is no such set that the caller may delete.</exception>
    public async Task DeleteAsync(Caller caller, Guid setId, CancellationToken cancellation)
    {
        await using RetrievalContext db = await _database.CreateDbContextAsync(cancellation);
        if (await db.GoldenSets.Where(set => set.Id == setId && db.Bases.ChangeableBy(caller).Any(b => b.Id == set.BaseId)).ExecuteDeleteAsync(cancellation) == 0)
        {
            throw NotFound(setId);
        }
    }

    private static async Task<string> ReadAsync(Stream content, CancellationToken cancellation)
    {
        using MemoryStream read = new();
        byte[] block = new byte[64 << 10];
        for (int count; (count = await content.ReadAsync(block, cancellation)) > 0; read.Write(block, 0, count))
        {
            if (read.Length + count > MostBytes)
            {
                throw new GoldenSetException(GoldenSetFault.Bytes, $"The file has more than {MostBytes >> 20} MiB, which is the most for a set of golden questions.");
            }
        }

        read.Position = 0;
        using StreamReader text = new(read, Encoding.UTF8);
        return Storable(await text.ReadToEndAsync(cancellation));
    }

    /// <summary>Without what PostgreSQL does not store.</summary>
    private static string Storable(string text) => text.Replace("\0", "", StringComparison.Ordinal);

    /// <summary>No longer than the longest name; no character is halved.</summary>
    private static string Cut(string name) => name.Length <= LongestName ? name : name[..(char.IsHighSurrogate(name[LongestName - 1]) ? LongestName - 1 : LongestName)];

    private static NotFoundException NotFound(Guid setId) => new($"The set of golden questions {setId}");
}
