using System.Text.Json;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>A job's events as lines of `events.jsonl`, only ever appended. One writer; readers see whole lines.</summary>
/// <param name="open">Opens the file to be read; null for the usual way.</param>
internal sealed class EventLog(string path, ILogger log, Func<string, Stream>? open = null)
{
    private readonly Lock _gate = new();
    private readonly Func<string, Stream> _open = open ?? (static path => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
    private int _last = -1;
    private long _read;
    private bool _isClosed;

    /// <summary>How far the trainer's progress is in here, in bytes.</summary>
    public long Read
    {
        get
        {
            lock (_gate)
            {
                Begin();
                return _read;
            }
        }
    }

    /// <summary>The number of the last event; 0 where there is none.</summary>
    public int Last
    {
        get
        {
            lock (_gate)
            {
                Begin();
                return _last;
            }
        }
    }

    /// <summary>Every event, in order.</summary>
    public IEnumerable<TuningEvent> All() => After(0);

    /// <summary>The events of higher numbers, in order; read as they are asked for.</summary>
    public IEnumerable<TuningEvent> After(int number) => Events(reader => reader.Onward(number == 0 ? 0 : reader.Find(number + 1)));

    /// <summary>The events of lower numbers, the highest first; read as they are asked for.</summary>
    /// <param name="number">Null for all.</param>
    public IEnumerable<TuningEvent> Before(int? number) => Events(reader => reader.Backward(number is { } end ? reader.Find(end) : reader.Length));

    /// <summary>The next events from a place in the file on, in order: some, but not all at once.</summary>
    /// <param name="position">In bytes; behind the last one when this returns.</param>
    /// <returns>None at the end.</returns>
    public IReadOnlyList<TuningEvent> From(ref long position)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        using var file = _open(path);
        return new EventReader(file, Event).Next(ref position);
    }

    /// <summary>Where the events of higher numbers begin, for <see cref="From"/>.</summary>
    public long PositionAfter(int number)
    {
        if (number == 0 || !File.Exists(path))
        {
            return 0;
        }

        using var file = _open(path);
        return new EventReader(file, Event).Find(number + 1);
    }

    /// <summary>Appends one; its number is given here. One that the disk takes only half of is not there at all.</summary>
    /// <exception cref="IOException">It cannot be written; so too UnauthorizedAccessException.</exception>
    public void Add(TuningEvent one)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            Begin();
            using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            var end = file.Seek(0, SeekOrigin.End);
            try
            {
                file.Write([.. JsonSerializer.SerializeToUtf8Bytes(one with { Number = _last + 1 }, EventJson.Default.TuningEvent), (byte)'\n']);
            }
            catch (IOException)
            {
                file.SetLength(end);
                throw;
            }

            (_last, _read) = (_last + 1, one.Read ?? _read);
        }
    }

    /// <summary>Takes no more: the job's folder goes.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }
    }

    private IEnumerable<TuningEvent> Events(Func<EventReader, IEnumerable<TuningEvent>> read)
    {
        if (!File.Exists(path))
        {
            yield break;
        }

        using var file = _open(path);
        foreach (var one in read(new EventReader(file, Event)))
        {
            yield return one;
        }
    }

    private TuningEvent? Event(ReadOnlyMemory<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line.Span, EventJson.Default.TuningEvent);
        }
        catch (JsonException damaged)
        {
            log.LogWarning(damaged, "A line of the events in {Log} is damaged and is passed over.", path);
            return null;
        }
    }

    /// <summary>Finds the last number; half a line that a killed process left is cut off. Only under the lock.</summary>
    private void Begin()
    {
        if (_last >= 0)
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            var end = file.Length;
            for (; end > 0; end--)
            {
                file.Position = end - 1;
                if (file.ReadByte() == '\n')
                {
                    break;
                }
            }

            file.SetLength(end);
        }

        _last = 0;
        foreach (var one in Before(null))
        {
            _last = Math.Max(_last, one.Number);
            if (one.Read is { } read)
            {
                _read = read;
                break;
            }
        }
    }
}
