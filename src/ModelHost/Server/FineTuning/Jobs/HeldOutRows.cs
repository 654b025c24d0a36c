using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Platform.ModelHost.Server.FineTuning.Rows;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>A row that was not learned from: its loss without the adapter and with it (docs/training.md, `evaluation.jsonl`).</summary>
internal sealed record HeldOutRow(string Id, double BaseLoss, double Loss, double Weight);

/// <summary>Reads what the trainer wrote of them, those that got worst first.</summary>
internal static class HeldOutRows
{
    private const double LeastLoss = 1e-12; // of a pair beyond any doubt

    public static IReadOnlyList<HeldOutRow> Read(string path) => File.Exists(path) ? [.. JsonLines.Read(path, HeldOutJson.Default.HeldOutRow)] : [];

    /// <summary>What they say together, the losses weighted by the tokens that count; null where there is no row.</summary>
    public static JsonObject? Summary(string path, TuningMethod method) => Summary(Read(path), method);

    /// <inheritdoc cref="Summary(string, TuningMethod)"/>
    public static JsonObject? Summary(IReadOnlyList<HeldOutRow> rows, TuningMethod method)
    {
        if (rows.Count == 0)
        {
            return null;
        }

        var weight = rows.Sum(row => row.Weight);
        var (loss, plain) = (rows.Sum(row => row.Loss * row.Weight) / weight, rows.Sum(row => row.BaseLoss * row.Weight) / weight);
        var summary = new JsonObject { ["rows"] = rows.Count, ["better"] = rows.Count(row => row.Loss < row.BaseLoss), ["loss"] = loss, ["base_loss"] = plain };
        if (method == TuningMethod.Dpo) // whose loss is of pairs, and foretells no text: it is -log σ(reward margin), and the base prefers nothing to itself
        {
            (summary["preference_accuracy"], summary["base_preference_accuracy"]) = (rows.Average(row => row.Loss < row.BaseLoss ? 1 : row.Loss > row.BaseLoss ? 0 : 0.5), 0.5);
            (summary["reward_margin"], summary["base_reward_margin"]) = (rows.Average(row => Margin(Math.Max(row.Loss, LeastLoss))), 0.0);
        }
        else
        {
            (summary["perplexity"], summary["base_perplexity"]) = (Math.Exp(loss), Math.Exp(plain));
        }

        return summary;
    }

    // The inverse of -log σ, without overflow.
    private static double Margin(double loss) => -loss - Math.Log(1 - Math.Exp(-loss));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HeldOutRow))]
internal sealed partial class HeldOutJson : JsonSerializerContext;
