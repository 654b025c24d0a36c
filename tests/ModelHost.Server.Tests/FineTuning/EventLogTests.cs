using Microsoft.Extensions.Logging.Abstractions;
using Platform.ModelHost.Server.FineTuning.Jobs;

namespace Platform.ModelHost.Server.Tests.FineTuning;

/// <summary>What is read of a log to show a part of it.</summary>
public sealed class EventLogTests : IDisposable
{
    private const int Many = 100_000, Damaged = 60_000;
    private const long MostRead = 512 << 10;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("event-log-");
    private long _read;

    private string Log => Path.Combine(_folder.FullName, "events.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_page_of_a_long_log_reads_little_of_it_wherever_it_lies()
    {
        using (var lines = new StreamWriter(Log))
        {
            for (var number = 1; number <= Many; number++) { lines.Write(number == Damaged ? "{\"number\":\n" : $$"""{"number":{{number}},"at":1,"level":"info","message":"Step {{number}}","type":"metrics","data":{"step":{{number}}},"read":{{number}}0}""" + "\n"); }
            lines.Write("{\"number\":"); // half a line that is being written
        }

        Assert.True(new FileInfo(Log).Length > 20 * MostRead);
        var log = new EventLog(Log, NullLogger.Instance, path => new CountedFile(path, count => _read += count));
        Assert.Equal(Enumerable.Range(0, 21).Select(at => Many - at), Page(log.Before(null)));
        Assert.Equal(Enumerable.Range(1, 21), Page(log.After(0)));
        foreach (var number in (int[])[2, 777, Damaged - 1, Damaged + 10, Many / 2, Many])
        {
            Assert.Equal(Enumerable.Range(1, 22).Select(at => number - at).Where(at => at > 0 && at != Damaged).Take(21), Page(log.Before(number)));
            Assert.Equal(Enumerable.Range(number + 1, 22).Where(at => at <= Many && at != Damaged).Take(21), Page(log.After(number)));
        }

        _read = 0;
        Assert.Equal((Many, 10L * Many), (log.Last, log.Read));
        var position = log.PositionAfter(Many - 3);
        Assert.Equal([Many - 2, Many - 1, Many], log.From(ref position).Select(one => one.Number));
        Assert.Empty(log.From(ref position));
        Assert.InRange(_read, 1, MostRead);
    }

    [Fact]
    public void Every_event_is_read_once_whichever_way_also_those_that_are_longer_than_a_block()
    {
        var log = new EventLog(Log, NullLogger.Instance);
        string[] messages = ["first", new string('x', 300_000), "third", new string('y', 70_000), "last"];
        foreach (var message in messages) { log.Add(new TuningEvent(0, 1, "info", message, "message")); }
        File.AppendAllText(Log, "{\"number\":6");
        Assert.Equal(messages, log.All().Select(one => one.Message));
        Assert.Equal(messages.Reverse(), log.Before(null).Select(one => one.Message));
        Assert.Equal([3, 4, 5], log.After(2).Select(one => one.Number));
        Assert.Equal([2, 1], log.Before(3).Select(one => one.Number));
        Assert.Equal(5, new EventLog(Log, NullLogger.Instance).Last);
    }

    [Fact]
    public void A_table_of_steps_has_none_that_were_given_up()
    {
        var told = ((int Step, double Loss)[])[(1, 4), (2, 3), (3, 9), (4, 9), (2, 2.5), (2, 2.25)];
        Assert.Equal(["1,4,", "2,2.25,"], JobCompletion.StepTable(told.Select(one => new TuningMetrics { Step = one.Step, TrainLoss = one.Loss })).Split('\n')[1..^1].Select(line => line[..(line.IndexOf(",,", StringComparison.Ordinal) + 1)]));
    }

    /// <summary>The numbers of a page and one more, read with a bound.</summary>
    private List<int> Page(IEnumerable<TuningEvent> events)
    {
        _read = 0;
        List<int> page = [.. events.Take(21).Select(one => one.Number)];
        Assert.InRange(_read, 1, MostRead);
        return page;
    }

    private sealed class CountedFile(string path, Action<int> count) : FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0)
    {
        public override int Read(Span<byte> buffer)
        {
            var read = base.Read(buffer);
            count(read);
            return read;
        }
    }
}
