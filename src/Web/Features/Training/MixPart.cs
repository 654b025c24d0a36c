using System.Globalization;
using Platform.ModelHost.Client.Admin.Tuning;
using Platform.Training.Datasets;

namespace Platform.Web.Features.Training;

/// <summary>A further dataset that is mixed in. Numbers are kept as they were typed.</summary>
public sealed class MixPart(Dataset set, IReadOnlyList<DatasetVersion> versions, DatasetVersion version)
{
    private const double MostWeight = 1e6;
    private const int MostRepeats = 100;

    public Dataset Set { get; } = set;

    /// <summary>Those of the dataset, the newest first.</summary>
    public IReadOnlyList<DatasetVersion> Versions { get; } = versions;

    public DatasetVersion Version { get; set; } = version;

    public MixShare Share { get; } = new();

    /// <summary>As terms@3.</summary>
    public string Called => $"{Set.Name}@{Version.Number.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>How the parts of a mixture are kept with a job: dataset, version, share and cap of each but the first.</summary>
    public static string Write(IEnumerable<MixPart> parts) =>
        string.Join(';', parts.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Set.Id:N}@{part.Version.Number}*{part.Share.Weight}x{part.Share.MaxRepeats}")));

    /// <summary>What <see cref="Write"/> wrote; what cannot be read is left out.</summary>
    public static IEnumerable<(Guid Dataset, int Version, string Weight, string MaxRepeats)> Read(string? text)
    {
        foreach (var part in (text ?? "").Split(';'))
        {
            if (part.Split('@', '*', 'x') is [var id, var number, var weight, var repeats] && Guid.TryParseExact(id, "N", out var set) && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            {
                yield return (set, version, weight, repeats);
            }
        }
    }

    internal static double? WeightOf(string text) => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight) && weight is > 0 and <= MostWeight ? weight : null;

    internal static int? RepeatsOf(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var repeats) && repeats is >= 1 and <= MostRepeats ? repeats : null;
}

/// <summary>How much there is of a dataset in a mixture, as it was typed.</summary>
public sealed class MixShare
{
    /// <summary>Relative to the others'.</summary>
    public string Weight { get; set; } = "1";

    /// <summary>How often a row may be used.</summary>
    public string MaxRepeats { get; set; } = "1";

    internal TuningShare Of(SentVersion files) => new(files.Learned, files.Held, MixPart.WeightOf(Weight) ?? 1, MixPart.RepeatsOf(MaxRepeats) ?? 1);
}
