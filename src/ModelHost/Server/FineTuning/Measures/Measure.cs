using System.Text.Json;

namespace Platform.ModelHost.Server.FineTuning.Measures;

/// <summary>One measure of an adapter and of its base. The names of the fields are stored.</summary>
/// <param name="Name">perplexity (of held-out rows), general_perplexity (of a text that has nothing to do with the job; both the lower the better), preference_accuracy (share of held-out pairs whose chosen answer is preferred more than by the base), reward_margin (by how much, the mean of β · margin), exact_match, accuracy, f1, bleu, rouge_1, rouge_2, rouge_l (of answers, 0 to 1), golden_accuracy (share of a knowledge base's golden questions that were answered rightly).</param>
/// <param name="Of">Rows that it is about; null where it is about a text.</param>
internal sealed record Measure(string Name, double Base, double Value, int? Of)
{
    private const string Golden = "golden", Rows = "rows";

    /// <summary>Of golden questions those that were answered without a model, as nothing was found for them; null of all else.</summary>
    public int? WithoutModel { get; init; }

    /// <summary>Whether neither an adapter nor its base had any of the golden questions to answer: then what was told of the answers is about neither, and no measure.</summary>
    public static bool IsWithoutModel(JsonElement? metrics) =>
        metrics is { ValueKind: JsonValueKind.Object } all && all.TryGetProperty(Golden, out var golden) && Count(golden, Rows) is > 0 and var asked && Count(golden, "without_model") >= asked;

    /// <summary>What an adapter's metrics hold, in the order in which it is told.</summary>
    public static IReadOnlyList<Measure> In(JsonElement? metrics)
    {
        if (metrics is not { ValueKind: JsonValueKind.Object } all)
        {
            return [];
        }

        var found = new List<Measure>();
        Add("held_out", "perplexity", "perplexity");
        Add("held_out", "preference_accuracy", "preference_accuracy");
        Add("held_out", "reward_margin", "reward_margin");
        foreach (var name in AnswerComparison.Names)
        {
            Add("answers", name, name);
        }

        Add("general", "perplexity", "general_perplexity");
        if (!IsWithoutModel(metrics))
        {
            Add(Golden, "accuracy", "golden_accuracy");
        }

        return found;

        void Add(string part, string name, string called)
        {
            if (all.TryGetProperty(part, out var inner) && Number(inner, name) is { } value && Number(inner, "base_" + name) is { } plain)
            {
                found.Add(new Measure(called, plain, value, Count(inner, Rows)) { WithoutModel = part == Golden ? Count(inner, "without_model") : null });
            }
        }
    }

    private static int? Count(JsonElement part, string name) =>
        part.ValueKind == JsonValueKind.Object && part.TryGetProperty(name, out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var count) ? count : null;

    // Metrics may come with an import: 1e999 is a number of JSON, and none that can be told again.
    private static double? Number(JsonElement part, string name) =>
        part.ValueKind == JsonValueKind.Object && part.TryGetProperty(name, out var number) && number.ValueKind == JsonValueKind.Number && number.GetDouble() is var value && double.IsFinite(value) ? value : null;
}
