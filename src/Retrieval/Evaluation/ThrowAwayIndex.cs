using System.Security.Cryptography;
using System.Text;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Embedding;
using Platform.Retrieval.Index;
using Platform.Retrieval.Index.Embedded;
using Platform.Retrieval.Reading;

namespace Platform.Retrieval.Evaluation;

/// <summary>An index of given texts in a temporary folder, one document a text, deleted at the end.</summary>
internal sealed class ThrowAwayIndex : IDisposable
{
    private static readonly Guid Base = Guid.NewGuid();
    private readonly SectionChunker _chunker;
    private readonly PassageEmbedder _embedder;
    private readonly string _folder = Directory.CreateTempSubdirectory("evaluation-").FullName;

    public ThrowAwayIndex(SectionChunker chunker, PassageEmbedder embedder)
    {
        (_chunker, _embedder) = (chunker, embedder);
        Passages = new EmbeddedPassageIndex(new DataFolder(_folder));
    }

    public IPassageIndex Passages { get; }

    public PassageFilter Everything { get; } = new([Base]);

    public static Guid IdOf(string text) => new(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));

    public async Task AddAsync(IEnumerable<string> texts, CancellationToken cancellation)
    {
        foreach (string text in texts)
        {
            ParsedDocument document = new("text/plain", null, text, [new ParsedPage(1, 0, text.Length, 0, 0, [])], Paragraphs(text));
            List<Passage> passages = await _chunker.ChunkAsync(document, Base, IdOf(text), 1, new ChunkingOptions(), cancellation).ToListAsync(cancellation);
            EmbeddedPassages embedded = await _embedder.EmbedAsync(passages, null, cancellation);
            await Passages.WriteAsync(Base, IdOf(text), 1, embedded.Model, embedded.Passages, cancellation);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static List<ParsedBlock> Paragraphs(string text)
    {
        List<ParsedBlock> blocks = [];
        int start = 0;
        foreach (string line in text.Split('\n'))
        {
            if (line.Trim().Length > 0)
            {
                blocks.Add(new ParsedBlock(BlockKind.Paragraph, 0, start, start + line.Length));
            }

            start += line.Length + 1;
        }

        return blocks;
    }
}
