using System.Globalization;
using System.Text;
using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Admin.Tuning;
using Platform.Training.Rows;

namespace Platform.Web.Features.Training;

/// <summary>The rows that a job was measured by, by the line of their file.</summary>
public static class HeldRows
{
    private const string Line = "line ";

    /// <summary>Rows by their ids (line 7). Rows that cannot be read are left out: their id is shown alone.</summary>
    public static async Task<IReadOnlyDictionary<string, TrainingRow>> ReadAsync(FineTuning tuning, TuningJob job, IEnumerable<string> ids, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(tuning);
        ArgumentNullException.ThrowIfNull(job);
        var wanted = ids.ToDictionary(NumberOf);
        using var content = new MemoryStream();
        await tuning.ReadFileAsync(job.ValidationFile ?? job.TrainingFile, content, cancellation);
        content.Position = 0;
        Dictionary<string, TrainingRow> rows = [];
        using StreamReader lines = new(content, Encoding.UTF8);
        for (var number = 1; await lines.ReadLineAsync(cancellation) is { } line; number++)
        {
            if (wanted.TryGetValue(number, out var id) && Read(line) is { } row)
            {
                rows[id] = row;
            }
        }
        return rows;
    }

    private static int NumberOf(string id) => id.StartsWith(Line, StringComparison.Ordinal) && int.TryParse(id.AsSpan(Line.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

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
