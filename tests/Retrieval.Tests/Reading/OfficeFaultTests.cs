using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Tests.Reading;

/// <summary>Faults 25 (zip bombs), 26 (XML) and 29 (names) in Office files.</summary>
public sealed class OfficeFaultTests : TestFolder
{
    internal const string Body = "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>Text.</w:t></w:r></w:p></w:body></w:document>";

    [Fact]
    public async Task A_part_that_unpacks_a_thousand_times_is_refused__fault_25() =>
        Assert.Contains("100 times", (await RefusedAsync(Write(Zip(("word/document.xml", Body), ("word/media/x.xml", new string(' ', 20_000_000))), "ratio.docx"), IngestError.Bomb)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task More_parts_than_an_Office_file_has_are_refused__fault_25()
    {
        (string, string)[] parts = [("word/document.xml", Body), .. Enumerable.Range(0, 2100).Select(number => ($"x/{number}", ""))];
        await RefusedAsync(Write(Zip(parts), "entries.docx"), IngestError.Bomb);
    }

    [Fact]
    public async Task More_bytes_than_200_MB_are_refused_by_what_the_directory_says__fault_25()
    {
        var zip = Zip(("word/document.xml", Body), ("a", "aa"), ("b", "bb"));
        foreach (var entry in Entries(zip).Skip(1))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(entry + 20), 40); // packed: little, so that the ratio would speak first
            BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(entry + 24), 150_000_000);
        }
        await RefusedAsync(Write(zip, "total.docx"), IngestError.Bomb);
    }

    [Fact]
    public async Task A_directory_that_lies_about_sizes_does_not_help_a_bomb__fault_25()
    {
        var zip = Zip(("word/document.xml", Body.Replace("Text.", new string('x', 30_000_000), StringComparison.Ordinal)));
        var entry = Entries(zip)[0];
        BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(entry + 24), 500_000);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await Assert.ThrowsAsync<IngestException>(() => ReadAsync(Write(zip, "lie.docx")));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 100_000_000);
    }

    [Fact]
    public async Task Parts_that_lie_over_one_another_are_refused__fault_25()
    {
        var zip = Zip(("word/document.xml", Body), ("word/other.xml", Body));
        var entries = Entries(zip);
        zip.AsSpan(entries[0] + 42, 4).CopyTo(zip.AsSpan(entries[1] + 42));
        Assert.Contains("over one another", (await RefusedAsync(Write(zip, "overlap.docx"), IngestError.Bomb)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Word_file_that_is_cut_short_is_damaged_and_not_of_another_kind() =>
        await RefusedAsync(Write(Zip(("word/document.xml", Body))[..^40], "cut.docx"), IngestError.Corrupt);

    [Fact]
    public async Task Two_parts_of_one_name_are_refused__fault_25() =>
        await RefusedAsync(Write(Zip(("word/document.xml", Body), ("WORD/document.xml", Body)), "twice.docx"), IngestError.Corrupt);

    [Fact]
    public async Task A_zip_inside_is_never_unpacked__fault_25() =>
        Assert.Equal("Text.", (await ReadAsync(Write(Zip(("word/document.xml", Body), ("word/embeddings/inner.zip", "PK\u0003\u0004")), "inner.docx"))).Text);

    [Theory]
    [InlineData("<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">]>", "&b;")]
    [InlineData("<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>", "&a;")]
    [InlineData("<!DOCTYPE x SYSTEM \"http://127.0.0.1:9/x.dtd\">", "Text.")]
    [InlineData("<!DOCTYPE x PUBLIC \"-//W3C//DTD\" \"http://127.0.0.1:9/x.dtd\">", "Text.")]
    public async Task A_document_type_is_prohibited__fault_26(string declaration, string text)
    {
        foreach (var part in new[] { "word/document.xml", "word/styles.xml", "word/numbering.xml", "word/footnotes.xml", "docProps/core.xml" })
        {
            (string, string)[] parts = part == "word/document.xml" ? [(part, declaration + Body.Replace("Text.", text, StringComparison.Ordinal))] : [("word/document.xml", Body), (part, declaration + "<x>" + text + "</x>")];
            var refusal = await RefusedAsync(Write(Zip(parts), "dtd.docx"), IngestError.Corrupt);
            Assert.DoesNotContain("root:", refusal.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task XML_nested_without_end_is_refused__fault_26()
    {
        var deep = Body.Replace("<w:p>", string.Concat(Enumerable.Repeat("<w:sdt>", 100_000)) + "<w:p>", StringComparison.Ordinal).Replace("</w:body>", string.Concat(Enumerable.Repeat("</w:sdt>", 100_000)) + "</w:body>", StringComparison.Ordinal);
        await RefusedAsync(Write(Zip([("word/document.xml", deep)], CompressionLevel.NoCompression), "deep.docx"), IngestError.Bomb);
    }

    [Fact]
    public async Task Broken_XML_is_refused_with_the_line__fault_26() =>
        Assert.Contains("line 1", (await RefusedAsync(Write(Zip(("word/document.xml", Body[..120])), "broken.docx"), IngestError.Corrupt)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("../../etc/x")]
    [InlineData("/etc/x")]
    [InlineData("C:\\x")]
    [InlineData("\\\\srv\\x")]
    [InlineData("a/../../b")]
    [InlineData("CON")]
    [InlineData("a\0b")]
    public async Task Names_in_the_archive_are_never_paths__fault_29(string name) =>
        Assert.Equal("Text.", (await ReadAsync(Write(Zip(("word/document.xml", Body), (name, "x")), "names.docx"))).Text);

    [Fact]
    public async Task A_password_is_named_as_the_cause()
    {
        byte[] compound = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[1000], .. Encoding.Unicode.GetBytes("EncryptedPackage"), .. new byte[500]];
        await RefusedAsync(Write(compound, "locked.docx"), IngestError.Encrypted);
    }

    [Fact]
    public async Task A_file_cut_anywhere_is_refused_and_never_crashes()
    {
        var whole = Zip(("word/document.xml", Body), ("word/styles.xml", "<x/>"));
        for (var length = 4; length < whole.Length; length += 13)
        {
            var path = Write(whole[..length], "cut.docx");
            await Assert.ThrowsAsync<IngestException>(() => ReadAsync(path));
        }
    }

    [Fact]
    public async Task Any_flipped_byte_is_read_or_refused_and_never_crashes()
    {
        var whole = Zip(("word/document.xml", Body), ("word/styles.xml", "<x/>"));
        for (var at = 4; at < whole.Length; at += 3)
        {
            var flipped = whole.ToArray();
            flipped[at] ^= 0xFF;
            try
            {
                await ReadAsync(Write(flipped, "flip.docx"));
            }
            catch (IngestException)
            {
                // Refused with a cause, as it should be.
                continue;
            }
        }
    }

    internal static byte[] Zip(params (string Name, string Content)[] parts) => Zip(parts, CompressionLevel.Optimal);

    internal static byte[] Zip((string Name, string Content)[] parts, CompressionLevel level)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in parts)
            {
                using var writer = new StreamWriter(zip.CreateEntry(name, level).Open());
                writer.Write(content);
            }
        }
        return file.ToArray();
    }

    /// <summary>Where the entries of the central directory begin.</summary>
    private static List<int> Entries(byte[] zip)
    {
        var entries = new List<int>();
        for (var at = 0; at < zip.Length - 46; at++)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(at)) == 0x02014B50) entries.Add(at);
        }
        return entries;
    }
}
