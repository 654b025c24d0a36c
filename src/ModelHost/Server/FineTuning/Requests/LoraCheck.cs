using System.Text.Json;

namespace Platform.ModelHost.Server.FineTuning.Requests;

/// <summary>Reads the shape of the adapter.</summary>
internal static class LoraCheck
{
    private const int RankStep = 16, MostRank = 512, MostLayers = 1_000;
    private static readonly string[] Short = ["q", "k", "v", "o", "gate", "up", "down"];

    /// <exception cref="RequestRefused">A field is wrong.</exception>
    public static LoraShape Shape(LoraFields? given, TuningMethod method)
    {
        var rank = (int?)TuningCheck.Range("lora.r", given?.R, 1, MostRank) ?? RankStep;
        if (rank % RankStep != 0)
        {
            throw TuningCheck.Refused("lora.r", $"'lora.r' is {rank}; it must be a multiple of {RankStep} up to {MostRank}: the products are computed {RankStep} rows at a time.");
        }

        var dropout = TuningCheck.Range("lora.dropout", given?.Dropout, 0, 0.99) ?? 0;
        if (method == TuningMethod.Dpo && dropout > 0)
        {
            throw TuningCheck.Refused("lora.dropout", "'lora.dropout' must be 0 for dpo, which compares two passes.");
        }

        if (given?.Quantization is not (null or "none" or "4bit"))
        {
            throw TuningCheck.Refused("lora.quantization", $"'lora.quantization' is '{given.Quantization}'; it must be none or 4bit.");
        }

        return new LoraShape(rank, TuningCheck.Range("lora.alpha", given?.Alpha, 1e-3, 1e5) ?? 2 * rank, dropout, Targets(given?.TargetModules), (int?)TuningCheck.Range("lora.last_layers", given?.LastLayers, 0, MostLayers) ?? 0);
    }

    /// <summary>Names as `q_proj` or `q`, or all of them.</summary>
    private static string[] Targets(JsonElement? given)
    {
        switch (given?.ValueKind)
        {
            case null or JsonValueKind.Null or JsonValueKind.Undefined: return Short;
            case JsonValueKind.String when given.Value.GetString() is "all" or "all-linear": return Short;
            case JsonValueKind.Array:
                var names = given.Value.EnumerateArray().Select(name => name.ValueKind == JsonValueKind.String ? name.GetString()!.Replace("_proj", "", StringComparison.Ordinal) : "").ToArray();
                if (names.Length > 0 && names.All(Short.Contains) && names.Distinct().Count() == names.Length)
                {
                    return names;
                }

                break;
        }

        throw TuningCheck.Refused("lora.target_modules", $"'lora.target_modules' must be all-linear, or a list of {string.Join(", ", Short.Select(name => name + "_proj"))}, each once.");
    }
}
