using System.Buffers.Binary;
using System.Text;

namespace Platform.ModelHost.Native.Gguf;

/// <summary>Reads the little-endian values of a GGUF header one after the other, never past the end of the file and never more than asked.</summary>
internal sealed class GgufSource(Stream stream, long length)
{
    private readonly byte[] buffer = new byte[64 << 10];
    private int start, end;

    internal long Length { get; } = length;

    internal long Position { get; private set; }

    internal long Left => Length - Position;

    internal byte Byte(string what) => Take(1, what)[0];

    internal uint UInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, what));

    internal ulong UInt64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Take(8, what));

    /// <summary>The next bytes, at most 64 KiB of them; valid until the next read.</summary>
    internal ReadOnlySpan<byte> Take(int count, string what)
    {
        Need(count, what);
        while (end - start < count)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            var read = stream.Read(buffer, end, buffer.Length - end);
            if (read == 0) { throw Cut(what); } // shorter now than when its length was asked
            end += read;
        }
        var taken = buffer.AsSpan(start, count);
        start += count;
        Position += count;
        return taken;
    }

    internal void Skip(long count, string what)
    {
        Need(count, what);
        while (count > 0)
        {
            var part = (int)Math.Min(count, buffer.Length);
            Take(part, what);
            count -= part;
        }
    }

    /// <summary>The length that stands before a text, checked against what is left of the file.</summary>
    internal long TextLength(string what)
    {
        var bytes = UInt64(what);
        return bytes <= (ulong)Left ? (long)bytes
            : throw new GgufException(GgufFault.StringLength, $"{what} claims {bytes} bytes, and only {Left} are left in the file. The file is damaged or cut: download it again.");
    }

    internal string Text(long bytes, string what) => Encoding.UTF8.GetString(Take((int)bytes, what));

    private void Need(long count, string what)
    {
        if (count > Left) { throw Cut(what); }
    }

    private GgufException Cut(string what) =>
        new(GgufFault.Truncated, $"The file ends at byte {Length}, in the middle of {what}. It is cut or damaged: download it again.");
}
