namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>Reads numbered events in a file of lines, from either end or from any number on, a block at a time: what is asked for decides how much is read, not how long the file is. Half a line at the end is not there yet.</summary>
/// <param name="file">Only ever appended to while it is read.</param>
/// <param name="parse">Null for a line that is damaged; it is passed over.</param>
internal sealed class EventReader(Stream file, Func<ReadOnlyMemory<byte>, TuningEvent?> parse)
{
    private const byte End = (byte)'\n';
    private const int Block = 64 << 10, Probe = 4 << 10;

    /// <summary>Bytes of the file now.</summary>
    public long Length => file.Length;

    /// <summary>The next events, at least one unless the end is reached.</summary>
    /// <param name="position">Where a line begins; behind the last one that was read when this returns.</param>
    public IReadOnlyList<TuningEvent> Next(ref long position)
    {
        var events = new List<TuningEvent>();
        while (events.Count == 0 && Lines(position, Block) is { Length: > 0 } lines)
        {
            position += lines.Length;
            for (int length; (length = lines.Span.IndexOf(End)) >= 0; lines = lines[(length + 1)..])
            {
                if (parse(lines[..length]) is { } one)
                {
                    events.Add(one);
                }
            }
        }

        return events;
    }

    /// <summary>The events from a place on, in order.</summary>
    public IEnumerable<TuningEvent> Onward(long position)
    {
        while (Next(ref position) is { Count: > 0 } events)
        {
            foreach (var one in events)
            {
                yield return one;
            }
        }
    }

    /// <summary>The events before a place, the last one first.</summary>
    /// <param name="position">Where a line begins, or the end of the file.</param>
    public IEnumerable<TuningEvent> Backward(long position)
    {
        ReadOnlyMemory<byte> left = Array.Empty<byte>(); // the end of a line whose beginning is not read yet
        for (var (at, isWhole) = (position, false); at > 0;)
        {
            var size = (int)Math.Min(Block, at);
            var bytes = new byte[size + left.Length];
            at -= size;
            Read(at, bytes.AsMemory(0, size));
            left.CopyTo(bytes.AsMemory(size));
            left = bytes;
            for (int before; (before = left.Span.LastIndexOf(End)) >= 0; left = left[..before], isWhole = true)
            {
                if (isWhole && parse(left[(before + 1)..]) is { } one)
                {
                    yield return one;
                }
            }

            if (at == 0 && isWhole && parse(left) is { } first)
            {
                yield return first;
            }
        }
    }

    /// <summary>Where the first event of this number, or of a higher one, begins; the end of the whole lines where there is none.</summary>
    public long Find(int number)
    {
        var (low, high) = (0L, file.Length); // a line begins at the lower one, and its number is too low
        while (high - low > Block)
        {
            var middle = low + (high - low) / 2;
            var start = middle + (Lines(middle, Probe).Span.IndexOf(End) is >= 0 and var end ? end + 1 : high - middle);
            if (start < high && Lines(start, Probe) is { Length: > 0 } line && parse(line[..line.Span.IndexOf(End)]) is { } one && one.Number < number)
            {
                low = start;
            }
            else
            {
                high = middle;
            }
        }

        for (ReadOnlyMemory<byte> lines; (lines = Lines(low, Block)).Length > 0;)
        {
            for (int length; (length = lines.Span.IndexOf(End)) >= 0; lines = lines[(length + 1)..], low += length + 1)
            {
                if (parse(lines[..length])?.Number >= number)
                {
                    return low;
                }
            }
        }

        return low;
    }

    /// <summary>Whole lines from a place on: as many as there are in so many bytes, but one at least where there is one.</summary>
    private ReadOnlyMemory<byte> Lines(long position, int most)
    {
        for (long size = most; ; size *= 2)
        {
            var bytes = new byte[Math.Max(0, Math.Min(size, file.Length - position))];
            Read(position, bytes);
            if (Array.LastIndexOf(bytes, End) is >= 0 and var last)
            {
                return bytes.AsMemory(0, last + 1);
            }

            if (bytes.Length < size)
            {
                return default;
            }
        }
    }

    private void Read(long position, Memory<byte> bytes)
    {
        file.Position = position;
        file.ReadExactly(bytes.Span);
    }
}
