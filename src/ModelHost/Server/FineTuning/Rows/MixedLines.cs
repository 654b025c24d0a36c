using System.Security.Cryptography;
using System.Text;
using Platform.Training.Rows;

namespace Platform.ModelHost.Server.FineTuning.Rows;

/// <summary>A file of a mixture.</summary>
/// <param name="Id">Of the file.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Rows">That it has.</param>
/// <param name="Taken">Rows that are learned of it, each as often as it is used.</param>
internal sealed record MixedFile(string Id, string Name, string Sha256, int Rows, int Taken);

/// <summary>The lines of several files in the wanted ratio. Which of them, and which twice, follows from their text and the seed alone.</summary>
internal sealed class MixedLines
{
    private readonly IReadOnlyList<(MixtureSource Source, IReadOnlyList<int> Uses)> _parts;

    /// <param name="sources">At least one.</param>
    /// <param name="rows">Of the whole; 0 for as many as fit the ratio without passing a cap.</param>
    /// <param name="seed">Of the job.</param>
    /// <exception cref="RowFault">A file cannot be read.</exception>
    public MixedLines(IReadOnlyList<MixtureSource> sources, int rows, long seed)
    {
        var places = sources.Select(source => Lines(source).Select(line => DatasetWriter.Place(line.Text, unchecked(seed + 1))).ToArray()).ToList(); // another order than the one by which rows are held out
        var counts = Mixture.Counts([.. sources.Zip(places, (source, lines) => new MixturePart(lines.Length, source.Weight, source.MaxRepeats))], rows);
        _parts = [.. sources.Select((source, at) => (source, Uses(places[at], counts[at])))];
        Files = [.. sources.Select((source, at) => new MixedFile(source.Id, source.Name, source.Sha256, places[at].Length, counts[at]))];
    }

    public IReadOnlyList<MixedFile> Files { get; }

    /// <summary>Of what is learned, as one: the files' hashes with the rows that are taken of each.</summary>
    public string Sha256 => HashOf(Files.Select(file => FormattableString.Invariant($"{file.Sha256} {file.Taken}")));

    /// <summary>Of lines.</summary>
    public static string HashOf(IEnumerable<string> lines) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")))));

    /// <summary>File by file, a line that is used several times after itself.</summary>
    public IEnumerable<RowLine> Read() => _parts.SelectMany(part => Lines(part.Source).Zip(part.Uses, Enumerable.Repeat<RowLine>).SelectMany(same => same));

    /// <summary>Every line of a file, with the file's id.</summary>
    public static IEnumerable<RowLine> Lines(MixtureSource source) => RowLines.Read(source.Path, source.Name, source.Tokens).Select(line => line with { File = source.Id });

    /// <summary>How often each line is used: all of them equally, and those that come first by their place once more.</summary>
    private static int[] Uses(double[] places, int count)
    {
        if (places.Length == 0)
        {
            return [];
        }

        var uses = Enumerable.Repeat(count / places.Length, places.Length).ToArray();
        foreach (var (at, _) in places.Index().OrderBy(line => line.Item).Take(count % places.Length))
        {
            uses[at]++;
        }

        return uses;
    }
}

/// <summary>Where a part of a mixture comes from, and how much of it there may be.</summary>
/// <param name="Path">Of the file.</param>
/// <param name="Weight">Its share, relative to the others'.</param>
/// <param name="MaxRepeats">How often a row may be used.</param>
/// <param name="Tokens">About how many a row of a plain text is to have.</param>
internal sealed record MixtureSource(string Id, string Name, string Sha256, string Path, double Weight = 1, int MaxRepeats = 1, int Tokens = TextPieces.UsualTokens);
