using System.Text.Json;
using Platform.ModelHost.Engine.Tokens;

namespace Platform.ModelHost.Server.FineTuning.Rows;

/// <summary>Alpaca's `{"instruction", "input", "output", "system", "history"}` and the older `{"prompt", "completion"}`.</summary>
internal static class InstructionFormats
{
    private static readonly HashSet<int> NoneSilent = [];

    public static DialogueRow Alpaca(JsonElement row)
    {
        var turns = new List<ChatTurn>();
        if (RowFormat.TextOrNone(row, "system") is { Length: > 0 } system)
        {
            turns.Add(new ChatTurn("system", system));
        }

        if (RowFormat.Has(row, "history"))
        {
            turns.AddRange(History(row.GetProperty("history")));
        }

        var (instruction, input) = (RowFormat.Text(row, "instruction"), RowFormat.TextOrNone(row, "input"));
        turns.Add(new ChatTurn("user", input.Length == 0 ? instruction : $"{instruction}\n{input}"));
        turns.Add(new ChatTurn("assistant", RowFormat.Text(row, "output")));
        return new DialogueRow(turns, [], NoneSilent);
    }

    public static DialogueRow Completion(JsonElement row) =>
        new([new ChatTurn("user", RowFormat.Text(row, "prompt")), new ChatTurn("assistant", RowFormat.Text(row, "completion"))], [], NoneSilent);

    private static IEnumerable<ChatTurn> History(JsonElement history)
    {
        foreach (var pair in history.ValueKind == JsonValueKind.Array ? history.EnumerateArray() : throw new RowFault("needs a list of pairs in 'history'"))
        {
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2 || pair[0].ValueKind != JsonValueKind.String || pair[1].ValueKind != JsonValueKind.String)
            {
                throw new RowFault("needs in 'history' pairs of a question and its answer");
            }

            yield return new ChatTurn("user", pair[0].GetString()!);
            yield return new ChatTurn("assistant", pair[1].GetString()!);
        }
    }
}
