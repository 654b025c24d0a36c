using System.Globalization;
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
            var wanted = file.GroupBy(NumberOf).ToDictionary(same => same.Key, same => same.ToList());
            using var content = new MemoryStream();
            await tuning.ReadFileAsync(file.Key, content, cancellation);
            content.Position = 0;
            using StreamReader lines = new(content, Encoding.UTF8);
            for (var number = 1; await lines.ReadLineAsync(cancellation) is { } line; number++)
            {
                if (wanted.TryGetValue(number, out var its) && Read(line) is { } row)
                {
                    its.ForEach(id => rows[id] = row);
                }
            }
        }
        return rows;
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
