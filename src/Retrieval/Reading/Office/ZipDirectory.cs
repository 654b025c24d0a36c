using System.Buffers.Binary;
using System.Text;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Reading.Office;

/// <summary>A part of an archive as its central directory declares it. The name is untrusted and never used as a path.</summary>
internal sealed record ZipPart(string Name, long Packed, long Unpacked, long Offset, bool IsEncrypted);

/// <summary>Reads a zip's central directory itself, entry by entry, so that a hostile archive is refused before anything is unpacked or a million entries are held.</summary>
internal static class ZipDirectory
{
    private const int EndLength = 22, EntryLength = 46, LocalLength = 30, LongestComment = 65535;

    /// <summary>The entries, at most <paramref name="most"/> of them. Throws IngestException (Corrupt) when there is no directory.</summary>
    public static List<ZipPart> Read(Stream file, int most)
    {
        var (count, offset) = FindDirectory(file);
        var parts = new List<ZipPart>();
        file.Position = offset;
        using var reader = new BinaryReader(file, Encoding.UTF8, leaveOpen: true);
        var fixedPart = new byte[EntryLength];
        for (long i = 0; i < count && parts.Count < most; i++)
        {
            if (reader.Read(fixedPart) < EntryLength || BinaryPrimitives.ReadUInt32LittleEndian(fixedPart) != 0x02014B50) throw Broken();
            parts.Add(Entry(fixedPart, reader));
        }
        return parts;
    }

    /// <summary>Throws IngestException when the parts would cost too much to unpack, or hide one another.</summary>
    public static void Check(List<ZipPart> parts)
    {
        if (parts.Count > ReaderLimits.ZipEntries) throw Bomb($"more than {ReaderLimits.ZipEntries:N0} parts; the limit is {ReaderLimits.ZipEntries:N0}");
        long total = 0;
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        long free = 0;
        foreach (var part in parts.OrderBy(part => part.Offset))
        {
            if (part.IsEncrypted) throw new IngestException(IngestError.Encrypted, "The file is protected with a password. Save it without the password and upload it again.");
            if (part.Unpacked < 0 || part.Packed < 0 || part.Offset < free) throw Bomb("parts that lie over one another");
            if (!names.Add(part.Name)) throw new IngestException(IngestError.Corrupt, "The file holds two parts of the same name, so that programs would not agree on what it says. Save it again from the program that made it.");
            free = part.Offset + LocalLength + part.Packed;
            total += part.Unpacked;
            if (total > ReaderLimits.ZipBytes) throw Bomb($"more than {ReaderLimits.ZipBytes:N0} bytes when unpacked; the limit is {ReaderLimits.ZipBytes:N0}");
            if (part.Unpacked > ReaderLimits.ZipRatioFrom && part.Unpacked / Math.Max(1, part.Packed) > ReaderLimits.ZipRatio)
            {
                throw Bomb($"a part of {part.Packed:N0} bytes that unpacks to {part.Unpacked:N0}; the limit is {ReaderLimits.ZipRatio} times");
            }
        }
    }

    public static IngestException Bomb(string what) => new(IngestError.Bomb, $"The file holds {what}. It looks made to exhaust the reader. Save it again from the program that made it, or split it.");

    private static (long Count, long Offset) FindDirectory(Stream file)
    {
        var length = (int)Math.Min(file.Length, EndLength + LongestComment);
        var tail = new byte[length];
        file.Position = file.Length - length;
        file.ReadExactly(tail);
        for (var at = length - EndLength; at >= 0; at--)
        {
            var end = tail.AsSpan(at);
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) != 0x06054B50) continue;
            long count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]), offset = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
            if (count == ushort.MaxValue || offset == uint.MaxValue) (count, offset) = Long(file, tail, at);
            if (offset < 0 || offset > file.Length) throw Broken();
            return (count, offset);
        }
        throw Broken();
    }

    private static (long Count, long Offset) Long(Stream file, byte[] tail, int end)
    {
        if (end < 20 || BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end - 20)) != 0x07064B50) throw Broken();
        var at = BinaryPrimitives.ReadInt64LittleEndian(tail.AsSpan(end - 12));
        if (at < 0 || at > file.Length - 56) throw Broken();
        var record = new byte[56];
        file.Position = at;
        file.ReadExactly(record);
        if (BinaryPrimitives.ReadUInt32LittleEndian(record) != 0x06064B50) throw Broken();
        return (BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(32)), BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48)));
    }

    private static ZipPart Entry(ReadOnlySpan<byte> entry, BinaryReader reader)
    {
        long packed = BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]), unpacked = BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]), offset = BinaryPrimitives.ReadUInt32LittleEndian(entry[42..]);
        var name = Encoding.UTF8.GetString(reader.ReadBytes(BinaryPrimitives.ReadUInt16LittleEndian(entry[28..])));
        ReadOnlySpan<byte> extra = reader.ReadBytes(BinaryPrimitives.ReadUInt16LittleEndian(entry[30..]));
        reader.ReadBytes(BinaryPrimitives.ReadUInt16LittleEndian(entry[32..]));
        while (extra.Length >= 4)
        {
            var size = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (size > extra.Length - 4) break;
            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == 1)
            {
                var large = extra.Slice(4, size);
                unpacked = Large(unpacked, ref large);
                packed = Large(packed, ref large);
                offset = Large(offset, ref large);
            }
            extra = extra[(4 + size)..];
        }
        return new ZipPart(name, packed, unpacked, offset, (entry[8] & 1) != 0);
    }

    private static long Large(long value, ref ReadOnlySpan<byte> extra)
    {
        if (value != uint.MaxValue || extra.Length < 8) return value;
        value = BinaryPrimitives.ReadInt64LittleEndian(extra);
        extra = extra[8..];
        return value;
    }

    private static IngestException Broken() => new(IngestError.Corrupt, "The file is not a whole Office file: its table of contents is missing or broken. Upload it again, or save it again from the program that made it.");
}
