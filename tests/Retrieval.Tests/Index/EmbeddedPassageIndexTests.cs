using System.Numerics.Tensors;
using Microsoft.Data.Sqlite;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Index;
using Platform.Retrieval.Index.Embedded;

namespace Platform.Retrieval.Tests.Index;

public sealed class EmbeddedPassageIndexTests : PassageIndexSuite
{
    private readonly TempFolder _folder = new();
    private EmbeddedPassageIndex? _index;

    protected override IPassageIndex Index => _index ??= new EmbeddedPassageIndex(_folder.Data);

    protected override IPassageIndex Reopen() => new EmbeddedPassageIndex(_folder.Data);

    protected override void Close() => _folder.Dispose();

    [Fact]
    public async Task The_byte_scan_finds_what_an_exact_search_finds()
    {
        const int Length = 128, Count = 4000, Questions = 50, Top = 10;
        Random random = new(7);
        float[][] vectors = [.. Enumerable.Range(0, Count).Select(_ => Skewed(random, Length))];
        Guid document = Guid.NewGuid();
        Passage[] passages = [.. Enumerable.Range(0, Count).Select(i => Make(Base, document, i, $"p{i}"))];
        await Index.WriteAsync(Base, document, 1, "random", [.. passages.Zip(vectors, (p, v) => new IndexedPassage(p, v))], TestContext.Current.CancellationToken);
        int agreed = 0;
        for (int q = 0; q < Questions; q++)
        {
            float[] question = Skewed(random, Length);
            int[] oracle = [.. Enumerable.Range(0, Count).OrderByDescending(i => TensorPrimitives.CosineSimilarity(question, vectors[i])).Take(Top)];
            IReadOnlyList<ScoredPassage> found = await Index.SearchDenseAsync(question, new([Base]), Top, TestContext.Current.CancellationToken);
            agreed += found.Select(f => f.Passage.Ordinal).Intersect(oracle).Count();
        }

        Assert.InRange(agreed / (double)(Questions * Top), 0.99, 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(37)]
    [InlineData(2048)]
    public void The_fast_sum_of_products_equals_the_plain_one_even_at_its_largest(int length)
    {
        Random random = new(length);
        sbyte[] codes = [.. Enumerable.Range(0, length).Select(_ => (sbyte)random.Next(-127, 128))];
        short[] query = [.. Enumerable.Range(0, length).Select(_ => (short)random.Next(-8191, 8192))];
        Assert.Equal(codes.Zip(query, (a, b) => a * b).Sum(), VectorCodes.Dot(codes, query));
        Array.Fill(codes, (sbyte)127);
        Array.Fill(query, (short)8191);
        Assert.Equal(127 * 8191 * length, VectorCodes.Dot(codes, query));
    }

    [Fact]
    public async Task Scoring_only_passages_with_a_rare_term_gives_the_scores_and_the_first_ranks_of_scoring_all()
    {
        // "common" stands everywhere, "half" in every second one, "rare" in one of forty; of 6,000 passages only those with "half" or "rare" are scored.
        Guid document = Guid.NewGuid();
        Passage[] passages = [.. Enumerable.Range(0, 6000).Select(i => Make(
            Base, document, i, string.Join(' ', Enumerable.Repeat("common", 1 + (i % 3)).Concat(i % 2 == 0 ? ["half"] : []).Concat(i % 40 == 0 ? ["rare"] : []).Concat(Enumerable.Repeat("filler", i % 7)))))];
        await Index.WriteAsync(Base, document, 1, "hash", Vectors(passages), TestContext.Current.CancellationToken);
        IReadOnlyList<ScoredPassage> found = await Index.SearchLexicalAsync("common half rare", new([Base]), 20, TestContext.Current.CancellationToken);
        await using SqliteConnection connection = new($"Data Source={_folder.Data.Databases}/passages.db");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT rowid & 524287, -bm25(words) AS score FROM words WHERE words MATCH 'common OR half OR rare' ORDER BY score DESC, rowid LIMIT 20";
        List<(int, double)> oracle = [];
        await using SqliteDataReader row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await row.ReadAsync(TestContext.Current.CancellationToken))
        {
            oracle.Add((row.GetInt32(0), Math.Round(row.GetDouble(1), 9)));
        }

        Assert.Equal(oracle, found.Select(f => (f.Passage.Ordinal, Math.Round(f.Score, 9))));
    }

    [Fact]
    public async Task An_index_of_a_newer_program_is_refused_and_left_alone()
    {
        Directory.CreateDirectory(_folder.Data.Databases);
        string path = Path.Combine(_folder.Data.Databases, "passages.db");
        await using (SqliteConnection connection = new($"Data Source={path};Pooling=False"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        byte[] before = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        StartRefusedException refused = await Assert.ThrowsAsync<StartRefusedException>(() => Index.PrepareAsync(TestContext.Current.CancellationToken));
        Assert.Contains("99", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
    }

    /// <summary>Components of very different sizes, as real models make them, and all vectors leaning to one side.</summary>
    private static float[] Skewed(Random random, int length) =>
        [.. Enumerable.Range(0, length).Select(i => (float)((random.NextDouble() + random.NextDouble() - 0.9) * (i % 16 == 0 ? 8 : 1)))];
}
