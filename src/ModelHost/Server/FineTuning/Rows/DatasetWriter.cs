using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Platform.ModelHost.Server.FineTuning.Rows;

/// <summary>What is wrong with a line of a file.</summary>
/// <param name="Line">As its rows would be called.</param>
internal sealed record LineFault(string Line, string Message);

/// <summary>What rows came to.</summary>
/// <param name="Rows">Lines.</param>
/// <param name="Examples">Texts, or pairs.</param>
internal sealed record RowCounts(int Rows, int Examples, long Tokens, long Learned, int Longest)
{
    public static RowCounts None { get; } = new(0, 0, 0, 0, 0);

    public RowCounts With(RenderedRow row) => this with { Examples = Examples + 1, Tokens = Tokens + row.Read, Learned = Learned + row.Learned, Longest = Math.Max(Longest, row.Length) };
}

/// <summary>Renders a training file into the trainer's rows, line by line; never more of it is in memory than a line. Bad lines are gathered, not written.</summary>
/// <param name="mostTokens">Of a row; 0 for any number.</param>
internal sealed class DatasetWriter(RowRendering rendering, int mostTokens)
{
    private const string Partial = ".partial"; // readers see a whole file or none
    private const int MostFaults = 200, ParityFirst = 8, ParityRandom = 24;
    private readonly Random _random = new(1);

    public List<LineFault> Faults { get; } = [];

    /// <summary>Lines that are bad, those that are not listed too.</summary>
    public int BadLines { get; private set; }

    /// <summary>Some lines with what they came to.</summary>
    public List<ParityRow> Sample { get; } = [];

    /// <summary>Renders all of a file.</summary>
    /// <exception cref="RowFault">The file cannot be read further.</exception>
    public RowCounts Write(IEnumerable<RowLine> source, string target, CancellationToken cancellation)
    {
        var counts = RowCounts.None;
        using (var written = File.Create(target + Partial))
        {
            foreach (var (line, rows) in Rendered(source, cancellation))
            {
                foreach (var row in rows)
                {
                    counts = counts.With(row);
                    Append(written, row);
                }

                counts = counts with { Rows = counts.Rows + 1 };
            }
        }

        File.Move(target + Partial, target, overwrite: true);
        return counts;
    }

    /// <summary>Renders all of a file, and holds a share of its lines out. Which lines those are follows from their text and the seed alone; lines of one text stay together, and of neither the lines nor the different texts more are held out than the share.</summary>
    /// <inheritdoc cref="Write"/>
    public (RowCounts Learned, RowCounts HeldOut) Split(IEnumerable<RowLine> source, string learned, string heldOut, double share, long seed, CancellationToken cancellation)
    {
        var all = learned + ".all";
        try
        {
            var places = new List<(double Place, int Examples)>();
            using (var written = File.Create(all))
            {
                foreach (var (line, rows) in Rendered(source, cancellation))
                {
                    places.Add((Place(line.Text, seed), rows.Count));
                    foreach (var row in rows)
                    {
                        Append(written, row);
                    }
                }
            }

            var wanted = Share(share, places.Count);
            var texts = places.CountBy(line => line.Place).OrderBy(text => text.Key).ToList();
            var (held, lines, most) = (new HashSet<double>(), 0, Share(share, texts.Count));
            foreach (var (place, copies) in texts)
            {
                if (held.Count < most && lines + copies <= wanted)
                {
                    held.Add(place);
                    lines += copies;
                }
            }

            return Deal(all, learned, heldOut, [.. places.SelectMany(line => Enumerable.Repeat(held.Contains(line.Place), line.Examples))], lines, places.Count);
        }
        finally
        {
            File.Delete(all);
        }
    }

    /// <summary>Takes the rows out of what is learned that are held out too, word for word.</summary>
    /// <param name="counts">Of what is learned.</param>
    /// <returns>What is left of it, and how many rows were dropped.</returns>
    public static (RowCounts Learned, int Dropped) DropHeldOut(string learned, string heldOut, RowCounts counts)
    {
        var known = JsonLines.Read(heldOut, RenderedJson.Default.RenderedRow).Select(row => row.Text).ToHashSet();
        var left = RowCounts.None with { Rows = counts.Rows };
        using (var written = File.Create(learned + Partial))
        {
            foreach (var row in JsonLines.Read(learned, RenderedJson.Default.RenderedRow).Where(row => !known.Contains(row.Text)))
            {
                left = left.With(row);
                Append(written, row);
            }
        }

        File.Move(learned + Partial, learned, overwrite: true);
        return (left, counts.Examples - left.Examples);
    }

    private static (RowCounts Learned, RowCounts HeldOut) Deal(string all, string learned, string heldOut, bool[] isHeldOut, int heldOutLines, int lines)
    {
        var (kept, held) = (RowCounts.None with { Rows = lines - heldOutLines }, RowCounts.None with { Rows = heldOutLines });
        using (var first = File.Create(learned + Partial))
        using (var second = File.Create(heldOut + Partial))
        {
            var measured = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (at, row) in JsonLines.Read(all, RenderedJson.Default.RenderedRow).Index())
            {
                if (isHeldOut[at] && !measured.Add(row.Id))
                {
                    continue; // a line that is learned several times is measured once
                }

                (kept, held) = isHeldOut[at] ? (kept, held.With(row)) : (kept.With(row), held);
                Append(isHeldOut[at] ? second : first, row);
            }
        }

        File.Move(heldOut + Partial, heldOut, overwrite: true);
        File.Move(learned + Partial, learned, overwrite: true);
        return (kept, held);
    }

    private IEnumerable<(RowLine Line, IReadOnlyList<RenderedRow> Rows)> Rendered(IEnumerable<RowLine> source, CancellationToken cancellation)
    {
        var (seen, last) = (0, (Line: default(RowLine), Rows: (IReadOnlyList<RenderedRow>?)null));
        foreach (var line in source)
        {
            cancellation.ThrowIfCancellationRequested();
            if (line != last.Line) // one that is used again follows itself
            {
                last = (line, Render(line));
                if (last.Rows is { } rendered)
                {
                    Keep(new ParityRow(line, rendered), seen++);
                }
            }

            if (last.Rows is { } rows)
            {
                yield return (line, rows);
            }
        }
    }

    private IReadOnlyList<RenderedRow>? Render(RowLine line)
    {
        try
        {
            var rows = rendering.Render(line);
            return mostTokens > 0 && rows.FirstOrDefault(row => row.Length > mostTokens + 1) is { } longer
                ? throw new RowFault($"It has {longer.Length} tokens; {mostTokens + 1} fit. Shorten it, or raise 'sequence_tokens' where the model's context allows.") : rows;
        }
        catch (RowFault fault)
        {
            BadLines++;
            if (Faults.Count < MostFaults)
            {
                Faults.Add(new LineFault(line.Id, fault.Message));
            }

            return null;
        }
    }

    /// <summary>The first lines, and some of the others with equal chances.</summary>
    private void Keep(ParityRow row, int seen)
    {
        if (Sample.Count < ParityFirst + ParityRandom)
        {
            Sample.Add(row);
        }
        else if (_random.Next(seen + 1) is >= ParityFirst and < ParityFirst + ParityRandom and var at)
        {
            Sample[at] = row;
        }
    }

    private static int Share(double share, int count) => Math.Min(count / 2, Math.Max(1, (int)Math.Round(share * count)));

    /// <summary>Where a text stands among others, 0 to 1: the same for the same seed, and else by chance.</summary>
    internal static double Place(string text, long seed) => BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{seed}\n{text}")))) / (double)uint.MaxValue;

    private static void Append(FileStream file, RenderedRow row) => file.Write([.. JsonSerializer.SerializeToUtf8Bytes(row, RenderedJson.Default.RenderedRow), (byte)'\n']);
}
