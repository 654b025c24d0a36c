using System.Text;

namespace Platform.ModelHost.Client.Http;

/// <summary>One event's data with its name, if it has one, or one comment. The framework's parser drops comments, and the queue position travels in one.</summary>
internal readonly record struct SseItem(string Text, bool IsComment, string? Event = null);

/// <summary>Reads server-sent events by the WHATWG rules that matter here: data and event lines, comments, all three line ends, nothing from an event without its blank line.</summary>
/// <exception cref="IOException">A line is longer than 4 MiB, or the stream fails.</exception>
internal sealed class SseReader(Stream stream)
{
    private const int MaxLineBytes = 4 * 1024 * 1024;
    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;
    private bool _skipLineFeed;
    private bool _atBeginning = true;

    /// <summary>The next item, or null at the end of the stream.</summary>
    public async ValueTask<SseItem?> NextAsync(CancellationToken cancellation)
    {
        StringBuilder? data = null;
        string? name = null;
        while (await ReadLineAsync(cancellation) is { } line)
        {
            if (line.Length == 0)
            {
                if (data is not null)
                {
                    return new SseItem(data.ToString(), IsComment: false, name);
                }

                name = null;
            }
            else if (line[0] == ':')
            {
                return new SseItem(line[1..].Trim(), IsComment: true); // none stands inside an event of these services
            }
            else if (line.StartsWith("data:", StringComparison.Ordinal))
            {
                var value = line.AsSpan(5);
                data = data is null ? new StringBuilder() : data.Append('\n');
                data.Append(value.StartsWith(" ") ? value[1..] : value);
            }
            else if (line.StartsWith("event:", StringComparison.Ordinal))
            {
                name = line[6..].Trim() is { Length: > 0 } given ? given : null;
            }
        }

        return null;
    }

    private async ValueTask<string?> ReadLineAsync(CancellationToken cancellation)
    {
        var searched = 0;
        while (true)
        {
            if (_skipLineFeed && _start < _end)
            {
                _skipLineFeed = false;
                if (_buffer[_start] == '\n')
                {
                    _start++;
                }
            }

            var at = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOfAny((byte)'\n', (byte)'\r');
            if (at >= 0)
            {
                return TakeLine(searched + at);
            }

            searched = _end - _start;
            if (!await FillAsync(cancellation))
            {
                return null; // a last line without its end is part of no event
            }
        }
    }

    private string TakeLine(int length)
    {
        var line = _buffer.AsSpan(_start, length);
        _skipLineFeed = _buffer[_start + length] == '\r';
        _start += length + 1;
        if (_atBeginning && line.StartsWith("\uFEFF"u8))
        {
            line = line[3..];
        }

        _atBeginning = false;
        return Encoding.UTF8.GetString(line);
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= MaxLineBytes)
            {
                throw new IOException($"The model service sent a line of more than {MaxLineBytes:N0} bytes.");
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation);
        _end += read;
        return read > 0;
    }
}
