using System.Globalization;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Work;
using Platform.ModelHost.Server.Files;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.FineTuning.Rows;

namespace Platform.ModelHost.Server.FineTuning.Measures;

/// <summary>Rows of an uploaded file by which a version is measured: evenly spread over it, as many as fit the limits, rendered as they are served. Nothing is measured by a row that the version's job learned nearly the same of, as far as its files are still there, nor by one that is longer than the model is measured on.</summary>
/// <param name="Rows">At least one.</param>
/// <param name="Ids">What each is called.</param>
/// <param name="Leaked">Rows that are left out because they were learned; null where nobody knows what was.</param>
/// <param name="TooLong">Rows that are left out for their length.</param>
internal sealed record NamedRows(IReadOnlyList<MeasuredRow> Rows, IReadOnlyList<string> Ids, int? Leaked, int TooLong)
{
    private const int MostRows = 256, MostTokens = 100_000;

    /// <param name="engine">Has the base loaded.</param>
    /// <param name="model">The base.</param>
    /// <param name="files">Where the rows lie.</param>
    /// <param name="file">The rows.</param>
    /// <param name="job">That made the version; null where that is gone, or it was not trained here.</param>
    /// <param name="now">When it is, to a template that writes the time.</param>
    /// <exception cref="RequestRefused">A row cannot be measured by, or none is left.</exception>
    /// <exception cref="EngineException">The base cannot be asked.</exception>
    public static NamedRows Read(ModelEngine engine, string model, FileStore files, StoredFile file, TuningJob? job, DateTimeOffset now, CancellationToken cancellation)
    {
        try
        {
            return Read(engine, model, RowLines.Read(files.PathOf(file), file.Filename), files, job, now, cancellation);
        }
        catch (RowFault fault)
        {
            throw Refused(fault.Message);
        }
    }

    private static NamedRows Read(ModelEngine engine, string model, IEnumerable<RowLine> lines, FileStore files, TuningJob? job, DateTimeOffset now, CancellationToken cancellation)
    {
        var (rendering, longest, leaks) = (new RowRendering(engine, model, TuningMethod.Supervised, now), engine.Work.Measure.LongestRow(model), Leaks(lines, files, job, cancellation));
        var (fitting, tooLong) = (new List<(int Line, int Row, int Length)>(), 0); // a file may have a million rows: those that are taken are rendered again
        foreach (var (at, line) in lines.Index().Where(line => leaks?.Contains(line.Index) != true))
        {
            cancellation.ThrowIfCancellationRequested();
            var rows = Rendered(rendering, line);
            tooLong += rows.Count(row => row.Length > longest);
            fitting.AddRange(rows.Index().Where(row => row.Item.Length <= longest).Select(row => (at, row.Index, row.Item.Length)));
        }

        var wanted = Spread([.. fitting.Select(row => row.Length)]).Select(place => fitting[place]).ToLookup(row => row.Line, row => row.Row);
        var taken = (from line in lines.Index() where wanted.Contains(line.Index) let rows = Rendered(rendering, line.Item) from row in wanted[line.Index] select rows[row]).ToList();
        return taken.Count == 0 ? throw Refused(string.Create(CultureInfo.InvariantCulture, $"No row is left to measure by: {leaks?.Count ?? 0} stand nearly the same among those that were learned, and {tooLong} have more than {longest} tokens. Name other rows."))
            : new NamedRows([.. taken.Select(row => new MeasuredRow(row.Tokens!, row.Weights))], [.. taken.Select(row => row.Id)], leaks?.Count, tooLong);
    }

    /// <summary>Places of as many rows as fit the limits, evenly spread over all of them.</summary>
    /// <param name="lengths">Of each row, in tokens.</param>
    internal static IReadOnlyList<int> Spread(IReadOnlyList<int> lengths)
    {
        for (var count = Math.Min(MostRows, lengths.Count); ; count--)
        {
            int[] places = [.. Enumerable.Range(0, count).Select(at => (int)((long)at * lengths.Count / count))];
            if (count <= 1 || places.Sum(place => lengths[place]) <= MostTokens)
            {
                return places;
            }
        }
    }

    private static IReadOnlyList<RenderedRow> Rendered(RowRendering rendering, RowLine line)
    {
        try
        {
            return rendering.Render(line);
        }
        catch (RowFault fault)
        {
            throw new RowFault($"{line.Id}: {fault.Message}");
        }
    }

    /// <summary>Places of rows that the job learned nearly the same of; null where what it learned from is unknown, or cannot be read any more. What is wrong with the rows themselves is told when they are rendered.</summary>
    private static IReadOnlySet<int>? Leaks(IEnumerable<RowLine> lines, FileStore files, TuningJob? job, CancellationToken cancellation)
    {
        try
        {
            return job is null ? null : DatasetWriter.HeldOutLeaks(lines.Index(), Learned(files, job), cancellation);
        }
        catch (Exception gone) when (gone is RequestRefused or RowFault)
        {
            return null;
        }
    }

    /// <summary>What the job learned: without the share that it held out of its own file.</summary>
    private static IEnumerable<RowLine> Learned(FileStore files, TuningJob job)
    {
        var sources = JobSources.Open(files, job.Now);
        if (sources.HeldOut is not null || !File.Exists(job.Folder.Valid))
        {
            return sources.Learned;
        }

        var heldOut = JsonLines.Read(job.Folder.Valid, RenderedJson.Default.RenderedRow).Select(row => row.Origin.Line).ToHashSet(StringComparer.Ordinal);
        return sources.Learned.Where(line => !heldOut.Contains(line.Id));
    }

    private static RequestRefused Refused(string message) => new(new Problem(400, "invalid_request_error", "invalid_validation_file", message, "validation_file"));
}
