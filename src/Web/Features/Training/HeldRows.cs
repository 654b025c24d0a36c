using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Admin.Tuning;
using Platform.Training.Rows;

namespace Platform.Web.Features.Training;

/// <summary>The rows that a job was measured by, by the line of their file: line 7, or file-… line 7 where a job has several files.</summary>
public static class HeldRows
{
    private const string Line = "line ";

    /// <summary>Rows by their ids. Rows that cannot be read are left out: their id is shown alone.</summary>
    public static async Task<IReadOnlyDictionary<string, TrainingRow>> ReadAsync(FineTuning tuning, TuningJob job, IEnumerable<string> ids, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(tuning);
        ArgumentNullException.ThrowIfNull(job);
        Dictionary<string, TrainingRow> rows = [];
        foreach (var file in ids.GroupBy(id => id.IndexOf(" " + Line, StringComparison.Ordinal) is > 0 and var end ? id[..end] : job.ValidationFile ?? job.TrainingFile))
        {
            await ReadAsync(tuning, file.Key, file.GroupBy(NumberOf).ToDictionary(same => same.Key, same => same.ToList()), rows, cancellation);
        }
        return rows;
    }

    // No more is read than up to the last line that is wanted, and never the whole file at once.
    private static async Task ReadAsync(FineTuning tuning, string file, Dictionary<int, List<string>> wanted, Dictionary<string, TrainingRow> rows, CancellationToken cancellation)
    {
        Pipe pipe = new();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var sending = SendAsync(tuning, file, pipe.Writer, enough.Token);
        try
        {
            using StreamReader lines = new(pipe.Reader.AsStream(), Encoding.UTF8);
            var last = wanted.Keys.Max();
            for (var number = 1; number <= last && await lines.ReadLineAsync(cancellation) is { } line; number++)
            {
                if (wanted.TryGetValue(number, out var its) && Read(line) is { } row)
                {
                    its.ForEach(id => rows[id] = row);
                }
            }
        }
        finally
        {
            await enough.CancelAsync();
            await sending;
        }
    }

    // What goes wrong reaches the reader through the pipe.
    private static async Task SendAsync(FineTuning tuning, string file, PipeWriter target, CancellationToken cancellation)
    {
        Exception? fault = null;
        try
        {
            await tuning.ReadFileAsync(file, target.AsStream(leaveOpen: true), cancellation);
        }
        catch (Exception broken)
        {
            fault = broken;
        }
        await target.CompleteAsync(fault);
    }

    private static int NumberOf(string id)
    {
        var number = id[(id.LastIndexOf(Line, StringComparison.Ordinal) + Line.Length)..];
        return int.TryParse(number.AsSpan(0, number.AsSpan().IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : number.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var line) ? line : -1;
    }

    private static TrainingRow? Read(string line)
    {
        try
        {
            return RowReader.Read(line);
        }
        catch (RowException)
        {
            return null;
        }
    }
}
