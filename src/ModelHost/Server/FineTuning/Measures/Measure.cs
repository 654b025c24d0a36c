using System.Text.Json;

namespace Platform.ModelHost.Server.FineTuning.Measures;

/// <summary>One measure of an adapter and of its base. The names of the fields are stored.</summary>
/// <param name="Name">perplexity (of held-out rows), general_perplexity (of a text that has nothing to do with the job; both the lower the better), preference_accuracy (share of held-out pairs whose chosen answer is preferred more than by the base), reward_margin (by how much, the mean of β · margin), exact_match, accuracy, f1, bleu, rouge_1, rouge_2, rouge_l (of answers, 0 to 1), golden_accuracy (share of a knowledge base's golden questions that were answered rightly).</param>
/// <param name="Of">Rows that it is about; null where it is about a text.</param>
internal sealed record Measure(string Name, double Base, double Value, int? Of)
{
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
        Add("golden", "accuracy", "golden_accuracy");
        return found;

        void Add(string part, string name, string called)
        {
            if (all.TryGetProperty(part, out var inner) && Number(inner, name) is { } value && Number(inner, "base_" + name) is { } plain)
            {
                found.Add(new Measure(called, plain, value, inner.TryGetProperty("rows", out var rows) && rows.ValueKind == JsonValueKind.Number && rows.TryGetInt32(out var of) ? of : null));
            }
        }
    }

    // Metrics may come with an import: 1e999 is a number of JSON, and none that can be told again.
    private static double? Number(JsonElement part, string name) =>
        part.ValueKind == JsonValueKind.Object && part.TryGetProperty(name, out var number) && number.ValueKind == JsonValueKind.Number && number.GetDouble() is var value && double.IsFinite(value) ? value : null;
}
