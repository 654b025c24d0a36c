using System.Text.Json;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>A job's events as lines of `events.jsonl`, only ever appended. One writer; readers see whole lines.</summary>
internal sealed class EventLog(string path, ILogger log)
{
    private readonly Lock _gate = new();
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

    /// <summary>Every event, in order.</summary>
    public IReadOnlyList<TuningEvent> All()
    {
        var position = 0L;
        return From(ref position);
    }

    /// <summary>The events from a place in the file on, in order.</summary>
    /// <param name="position">In bytes; behind the last one when this returns.</param>
    public IReadOnlyList<TuningEvent> From(ref long position)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[Math.Max(0, file.Length - position)];
        file.Position = Math.Min(position, file.Length);
        file.ReadExactly(bytes);
        var (events, at) = (new List<TuningEvent>(), 0);
        for (int length; (length = bytes.AsSpan(at).IndexOf((byte)'\n')) >= 0; at += length + 1)
        {
            if (Event(bytes.AsSpan(at, length)) is { } one)
            {
                events.Add(one);
            }
        }

        position += at;
        return events;
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

    private TuningEvent? Event(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, EventJson.Default.TuningEvent);
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
        foreach (var one in All())
        {
            (_last, _read) = (one.Number, one.Read ?? _read);
        }
    }
}
