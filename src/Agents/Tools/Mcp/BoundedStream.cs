using System.Globalization;

namespace Platform.Agents.Tools.Mcp;

/// <summary>Where a message of a stream ends: nowhere, after each line, or at an empty line.</summary>
internal enum MessageEnd { None, Line, EmptyLine }

/// <summary>Reads another stream and breaks off with an IOException in a message that has more bytes than are taken: nobody holds what a stranger sends without end.</summary>
/// <param name="breaking">Told before it breaks off: who reads may wrap or swallow the exception.</param>
internal sealed class BoundedStream(Stream inner, int maxBytes, MessageEnd end, Action? breaking = null) : Stream
{
    private long taken;
    private bool lineHasText;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        return Counted(buffer.Span, read);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Counted(buffer.AsSpan(offset, count), inner.Read(buffer, offset, count));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private int Counted(ReadOnlySpan<byte> buffer, int read)
    {
        for (var rest = buffer[..read]; rest.Length > 0;)
        {
            var line = end == MessageEnd.None ? -1 : rest.IndexOf((byte)'\n');
            var part = line < 0 ? rest : rest[..line];
            lineHasText |= part.ContainsAnyExcept((byte)'\r');
            if ((taken += part.Length) > maxBytes)
            {
                breaking?.Invoke();
                throw new IOException(string.Create(CultureInfo.InvariantCulture, $"The server sent a message of more than {maxBytes} bytes, the most that is read."));
            }
            if (line < 0)
                break;
            taken = end == MessageEnd.Line || !lineHasText ? 0 : taken + 1;
            lineHasText = false;
            rest = rest[(line + 1)..];
        }
        return read;
    }
}
