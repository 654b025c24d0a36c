using System.Text.Json;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>A job's events as lines of `events.jsonl`, only ever appended. One writer; readers see whole lines.</summary>
internal sealed class EventLog(string path)
{
    private readonly Lock _gate = new();
    private int _last = -1;
    private long _read;

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
            events.Add(JsonSerializer.Deserialize(bytes.AsSpan(at, length), EventJson.Default.TuningEvent)!);
        }

        position += at;
        return events;
    }

    /// <summary>Appends one; its number is given here.</summary>
    public void Add(TuningEvent one)
    {
        lock (_gate)
        {
            Begin();
            using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
            file.Write([.. JsonSerializer.SerializeToUtf8Bytes(one with { Number = ++_last }, EventJson.Default.TuningEvent), (byte)'\n']);
            _read = one.Read ?? _read;
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
