using Platform.ModelHost.Server.Files;
using Platform.ModelHost.Server.FineTuning.Jobs;

namespace Platform.ModelHost.Server.FineTuning.Requests;

/// <summary>The refusal step of a mixture.</summary>
internal static class MixtureCheck
{
    private const int MostParts = 16, MostRepeats = 100, MostRows = 1_000_000;
    private const double LeastWeight = 1e-6, MostWeight = 1e6;

    /// <param name="named">Finds an uploaded file by its id and the field that names it; null where none is named.</param>
    /// <exception cref="RequestRefused">A part is wrong, with its field.</exception>
    public static (IReadOnlyList<MixtureShare> Parts, int Rows) Read(TuningRequest request, Func<string?, string, StoredFile?> named)
    {
        var rows = (int?)TuningCheck.Range("mixture_rows", request.MixtureRows, 0, MostRows) ?? 0;
        if (request.Mixture is not { Count: > 0 } parts)
        {
            return rows == 0 ? ([], 0) : throw TuningCheck.Refused("mixture_rows", "'mixture_rows' is of a mixture. Name its files in 'mixture', or leave it out.");
        }

        if (parts.Count > MostParts)
        {
            throw TuningCheck.Refused("mixture", $"'mixture' has {parts.Count} parts; {MostParts} is the most.");
        }

        if (request.TrainingFile is { Length: > 0 })
        {
            throw TuningCheck.Refused("training_file", "Give either 'training_file' or 'mixture'.");
        }

        if (request.ValidationFile is { Length: > 0 } && parts.Any(part => part?.ValidationFile is { Length: > 0 }))
        {
            throw TuningCheck.Refused("validation_file", "Name the rows to evaluate on either in 'validation_file' or in the parts of 'mixture'.");
        }

        MixtureShare[] shares = [.. parts.Index().Select(part => Part(part.Item ?? new MixtureFields(null, null, null, null), $"mixture[{part.Index}]", named))];
        var twice = shares.Index().FirstOrDefault(part => shares.Take(part.Index).Any(before => before.File == part.Item.File));
        return twice.Item is null ? (shares, rows) : throw TuningCheck.Refused($"mixture[{twice.Index}].file", $"The file '{twice.Item.File}' stands twice in 'mixture'. Name it once, with the sum of the weights.");
    }

    private static MixtureShare Part(MixtureFields given, string at, Func<string?, string, StoredFile?> named) => new(
        named(given.File, $"{at}.file")?.Id ?? throw TuningCheck.Refused($"{at}.file", $"Name an uploaded file in '{at}.file'."), named(given.ValidationFile, $"{at}.validation_file")?.Id,
        TuningCheck.Range($"{at}.weight", given.Weight, LeastWeight, MostWeight) ?? 1, (int?)TuningCheck.Range($"{at}.max_repeats", given.MaxRepeats, 1, MostRepeats) ?? 1);
}
