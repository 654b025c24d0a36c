using System.Text.Json;
using Platform.ModelHost.Engine.Tokens;

namespace Platform.ModelHost.Server.FineTuning.Rows;

/// <summary>Pairs of answers: `{"prompt" or "messages" or "instruction", "chosen", "rejected"}` and OpenAI's `{"input", "preferred_output", "non_preferred_output"}`.</summary>
internal static class PreferenceFormats
{
    public static PreferenceRow OpenAi(JsonElement row) => RowFormat.Has(row, "input") && row.GetProperty("input") is { ValueKind: JsonValueKind.Object } input && input.TryGetProperty("messages", out var messages)
        ? new PreferenceRow(MessageFormat.Turns(messages, "input.messages"), MessageFormat.Tools(input), Answer(row, "preferred_output"), Answer(row, "non_preferred_output"))
        : throw new RowFault("needs 'input' with 'messages'");

    public static PreferenceRow Pair(JsonElement row)
    {
        var (chosen, rejected) = (Answer(row, "chosen"), Answer(row, "rejected"));
        return new PreferenceRow(Prompt(row), MessageFormat.Tools(row), chosen, rejected);
    }

    private static ChatTurn Answer(JsonElement row, string field) => RowFormat.Has(row, field) ? MessageFormat.Answer(row.GetProperty(field), field) : throw new RowFault($"needs '{field}'");

    /// <summary>Where no prompt stands apart, the two answers are conversations that are alike up to their last message.</summary>
    private static IReadOnlyList<ChatTurn> Prompt(JsonElement row)
    {
        if (RowFormat.Has(row, "messages"))
        {
            return MessageFormat.Turns(row.GetProperty("messages"), "messages");
        }

        if (RowFormat.Has(row, "prompt"))
        {
            return row.GetProperty("prompt") is { ValueKind: JsonValueKind.Array } list ? MessageFormat.Turns(list, "prompt") : Asked(row, RowFormat.Text(row, "prompt"));
        }

        if (RowFormat.Has(row, "instruction"))
        {
            var input = RowFormat.TextOrNone(row, "input");
            return Asked(row, input.Length == 0 ? RowFormat.Text(row, "instruction") : $"{RowFormat.Text(row, "instruction")}\n{input}");
        }

        return row.GetProperty("chosen") is { ValueKind: JsonValueKind.Array } whole && whole.GetArrayLength() > 1 ? [.. MessageFormat.Turns(whole, "chosen").SkipLast(1)]
            : throw new RowFault("needs a prompt: 'prompt', 'messages' or 'instruction'");
    }

    private static ChatTurn[] Asked(JsonElement row, string question) => RowFormat.TextOrNone(row, "system") is { Length: > 0 } system ? [new ChatTurn("system", system), new ChatTurn("user", question)] : [new ChatTurn("user", question)];
}
