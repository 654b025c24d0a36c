using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Platform.ModelHost.Client;
using Platform.Retrieval.Reading;

namespace Platform.Retrieval.Chunking;

/// <summary>Cuts a document into passages along its structure, never across a heading, counted in the embedding model's tokens.</summary>
/// <remarks>
/// A passage holds whole sentences and whole table rows; only what is longer than a passage may be is cut inside, at white space.
/// Headings are carried in <see cref="Passage.Heading"/> and not repeated in the text, unless nothing stands under them.
/// </remarks>
public sealed class SectionChunker(ITokenCounter tokens)
{
    private const int BatchPassages = 64;

    /// <summary>Streams the passages in document order.</summary>
    public async IAsyncEnumerable<Passage> ChunkAsync(ParsedDocument document, Guid baseId, Guid documentId, int version, ChunkingOptions options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        var packer = new PassagePacker(options);
        var batch = new List<PackedPassage>(BatchPassages);
        var ordinal = 0;
        await foreach (var unit in new CountedUnits(tokens, document.Text, options.MaxTokens).CountAsync(DocumentUnits.Of(document), cancellation))
        {
            batch.AddRange(packer.Add(unit));
            if (batch.Count < BatchPassages) continue;
            foreach (var passage in await CountedAsync(batch)) yield return passage;
            batch.Clear();
        }
        batch.AddRange(packer.Finish());
        foreach (var passage in await CountedAsync(batch)) yield return passage;

        async Task<List<Passage>> CountedAsync(List<PackedPassage> packed)
        {
            var passages = new List<Passage>(packed.Count);
            if (packed.Count == 0) return passages;
            var counts = await tokens.CountForEmbeddingAsync([.. packed.Select(passage => document.Text[passage.Start..passage.End])], cancellation);
            for (var i = 0; i < packed.Count; i++)
            {
                var (start, end) = (packed[i].Start, packed[i].End);
                passages.Add(new Passage(IdOf(documentId, version, start, end), baseId, documentId, ordinal++, document.Text[start..end], packed[i].Heading,
                    PageAt(document.Pages, start), PageAt(document.Pages, end - 1), start, end, counts[i]) { Version = version });
            }
            return passages;
        }
    }

    /// <summary>The number of the page that holds a character; text between two pages belongs to the earlier one.</summary>
    private static int PageAt(IReadOnlyList<ParsedPage> pages, int at)
    {
        int low = 0, high = pages.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (pages[middle].Start <= at) low = middle;
            else high = middle - 1;
        }
        return pages[low].Number;
    }

    /// <summary>A name-based UUID (version 8): the same document, version and span give the same id on every machine.</summary>
    private static Guid IdOf(Guid documentId, int version, int start, int end)
    {
        Span<byte> name = stackalloc byte[28];
        documentId.TryWriteBytes(name, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(name[16..], version);
        BinaryPrimitives.WriteInt32BigEndian(name[20..], start);
        BinaryPrimitives.WriteInt32BigEndian(name[24..], end);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(name, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}

/// <summary>Sizes in tokens of the embedding model.</summary>
public sealed record ChunkingOptions(int TargetTokens = 200, int MaxTokens = 320, int OverlapTokens = 0)
{
    /// <summary>Throws ArgumentException when the sizes contradict each other.</summary>
    public void Check()
    {
        if (TargetTokens < 8 || MaxTokens < TargetTokens || OverlapTokens < 0 || OverlapTokens > TargetTokens / 2)
        {
            throw new ArgumentException($"Chunks of {TargetTokens} tokens, at most {MaxTokens}, overlapping by {OverlapTokens}, cannot be made: the target must be 8 or more, the maximum not below it, and the overlap at most half of it.");
        }
    }
}
