using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Platform.ModelHost.Server.FineTuning.Rows;

/// <summary>What is wrong with a line of a file.</summary>
internal sealed record LineFault(int Line, string Message);

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
    private const int MostFaults = 200, ParityFirst = 8, ParityRandom = 24;
    private readonly Random _random = new(1);

    public List<LineFault> Faults { get; } = [];

    /// <summary>Lines that are bad, those that are not listed too.</summary>
    public int BadLines { get; private set; }

    /// <summary>Some lines with what they came to.</summary>
    public List<ParityRow> Sample { get; } = [];

    /// <summary>Renders all of a file.</summary>
    /// <exception cref="RowFault">The file cannot be read further.</exception>
    public RowCounts Write(string source, string target, CancellationToken cancellation)
    {
        using var written = File.Create(target);
        var counts = RowCounts.None;
        foreach (var (line, rows) in Rendered(source, cancellation))
        {
            foreach (var row in rows)
            {
                counts = counts.With(row);
                Append(written, row);
            }

            counts = counts with { Rows = counts.Rows + 1 };
        }

        return counts;
    }

    /// <summary>Renders all of a file, and holds a share of its lines out. Which lines those are follows from their text and the seed alone.</summary>
    /// <inheritdoc cref="Write"/>
    public (RowCounts Learned, RowCounts HeldOut) Split(string source, string learned, string heldOut, double share, long seed, CancellationToken cancellation)
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

            var wanted = Math.Min(places.Count / 2, Math.Max(1, (int)Math.Round(share * places.Count)));
            var limit = wanted == 0 ? -1 : places.Select(line => line.Place).Order().ElementAt(wanted - 1);
            return Deal(all, learned, heldOut, [.. places.SelectMany(line => Enumerable.Repeat(line.Place <= limit, line.Examples))], places.Count(line => line.Place <= limit), places.Count);
        }
        finally
        {
            File.Delete(all);
        }
    }

    private static (RowCounts Learned, RowCounts HeldOut) Deal(string all, string learned, string heldOut, bool[] isHeldOut, int heldOutLines, int lines)
    {
        var (kept, held) = (RowCounts.None with { Rows = lines - heldOutLines }, RowCounts.None with { Rows = heldOutLines });
        using var first = File.Create(learned);
        using var second = File.Create(heldOut);
        foreach (var (at, line) in File.ReadLines(all).Index())
        {
            var row = JsonSerializer.Deserialize(line, RenderedJson.Default.RenderedRow)!;
            (kept, held) = isHeldOut[at] ? (kept, held.With(row)) : (kept.With(row), held);
            Append(isHeldOut[at] ? second : first, row);
        }

        return (kept, held);
    }

    private IEnumerable<(RowLine Line, IReadOnlyList<RenderedRow> Rows)> Rendered(string source, CancellationToken cancellation)
    {
        var seen = 0;
        foreach (var line in RowLines.Read(source))
        {
            cancellation.ThrowIfCancellationRequested();
            if (Render(line) is { } rows)
            {
                Keep(new ParityRow(line, rows), seen++);
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
                Faults.Add(new LineFault(line.Number, fault.Message));
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

    private static double Place(string text, long seed) => BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{seed}\n{text}")))) / (double)uint.MaxValue;

    private static void Append(FileStream file, RenderedRow row) => file.Write([.. JsonSerializer.SerializeToUtf8Bytes(row, RenderedJson.Default.RenderedRow), (byte)'\n']);
}
