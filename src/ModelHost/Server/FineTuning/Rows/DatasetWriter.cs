using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Platform.Training.Rows.Similarity;

namespace Platform.ModelHost.Server.FineTuning.Rows;

/// <summary>What is wrong with a line of a file.</summary>
/// <param name="Line">As its rows would be called.</param>
internal sealed record LineFault(string Line, string Message);

/// <summary>What rows came to.</summary>
/// <param name="Rows">Lines.</param>
/// <param name="Examples">Texts, or pairs.</param>
/// <param name="Compared">Of them, those that have a prompt, whose tokens were compared with a request's.</param>
internal sealed record RowCounts(int Rows, int Examples, long Tokens, long Learned, int Longest, int Compared = 0)
{
    public static RowCounts None { get; } = new(0, 0, 0, 0, 0);

    public RowCounts With(RenderedRow row) => this with { Examples = Examples + 1, Tokens = Tokens + row.Read, Learned = Learned + row.Learned, Longest = Math.Max(Longest, row.Length), Compared = Compared + (row.Tokens is null || row.Weights is not null ? 1 : 0) };
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

    /// <summary>Of them, those for which the model's chat template is to blame.</summary>
    public int TemplateFaults { get; private set; }

    /// <summary>All lines.</summary>
    public int Lines { get; private set; }

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

    /// <summary>Renders all of a file, and holds a share of its lines out. Which lines those are follows from their text and the seed alone; lines of one text stay together, and of neither the lines nor the different texts more are held out than the share. What is held out and stands nearly the same among the others is in neither part.</summary>
    /// <param name="source">Read twice.</param>
    /// <returns>Leaked: lines that are in neither part.</returns>
    /// <inheritdoc cref="Write"/>
    public (RowCounts Learned, RowCounts HeldOut, int Leaked) Split(IEnumerable<RowLine> source, string learned, string heldOut, double share, long seed, CancellationToken cancellation)
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

            var leaks = lines == 0 || BadLines > 0 ? new HashSet<int>() : HeldOutLeaks(source, [.. places.Select(line => held.Contains(line.Place))], cancellation);
            var sides = places.SelectMany((line, at) => Enumerable.Repeat(!held.Contains(line.Place) ? Side.Learned : leaks.Contains(at) ? Side.Neither : Side.HeldOut, line.Examples));
            var (kept, measured) = Deal(all, learned, heldOut, [.. sides]);
            return (kept with { Rows = places.Count - lines }, measured with { Rows = lines - leaks.Count }, leaks.Count);
        }
        finally
        {
            File.Delete(all);
        }
    }

    /// <summary>Places of the held-out lines that stand nearly the same among the learned ones: nothing is to be measured by them.</summary>
    /// <param name="learned">Read after the others.</param>
    public static IReadOnlySet<int> HeldOutLeaks(IEnumerable<(int Place, RowLine Line)> heldOut, IEnumerable<RowLine> learned, CancellationToken cancellation)
    {
        var leakage = new Leakage();
        foreach (var (place, line) in heldOut)
        {
            cancellation.ThrowIfCancellationRequested();
            leakage.HoldOut(place, line.Parts);
        }

        var last = default(RowLine);
        foreach (var line in learned.Where(line => line != last))
        {
            cancellation.ThrowIfCancellationRequested();
            last = line;
            leakage.Learn(line.Parts);
        }

        return leakage.Found;
    }

    private static IReadOnlySet<int> HeldOutLeaks(IEnumerable<RowLine> lines, bool[] isHeldOut, CancellationToken cancellation) => HeldOutLeaks(
        lines.Index().Where(line => isHeldOut[line.Index]), lines.Index().Where(line => !isHeldOut[line.Index]).Select(line => line.Item), cancellation);

    private static (RowCounts Learned, RowCounts HeldOut) Deal(string all, string learned, string heldOut, Side[] sides)
    {
        var (kept, held) = (RowCounts.None, RowCounts.None);
        using (var first = File.Create(learned + Partial))
        using (var second = File.Create(heldOut + Partial))
        {
            var measured = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (at, row) in JsonLines.Read(all, RenderedJson.Default.RenderedRow).Index())
            {
                if (sides[at] == Side.Learned)
                {
                    kept = kept.With(row);
                    Append(first, row);
                }
                else if (sides[at] == Side.HeldOut && measured.Add(row.Id)) // a line that is learned several times is measured once
                {
                    held = held.With(row);
                    Append(second, row);
                }
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
        Lines++;
        try
        {
            var rows = rendering.Render(line);
            return mostTokens > 0 && rows.FirstOrDefault(row => row.Length > mostTokens + 1) is { } longer
                ? throw new RowFault($"It has {longer.Length} tokens; {mostTokens + 1} fit. Shorten it, or raise 'sequence_tokens' where the model's context allows.") : rows;
        }
        catch (RowFault fault)
        {
            BadLines++;
            TemplateFaults += fault.IsOfTemplate ? 1 : 0;
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

    private enum Side { Learned, HeldOut, Neither }

    private static void Append(FileStream file, RenderedRow row) => file.Write([.. JsonSerializer.SerializeToUtf8Bytes(row, RenderedJson.Default.RenderedRow), (byte)'\n']);
}
