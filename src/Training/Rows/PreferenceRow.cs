using System.Text.Json;

namespace Platform.Training.Rows;

/// <summary>Preferences in the forms that trainers take: what was asked under prompt, messages, conversations, instruction or input; the answers as texts, turns, or whole dialogues that end with them.</summary>
internal static class PreferenceRow
{
    public static TrainingRow Read(JsonElement row)
    {
        if (JsonFields.Optional(row, "preferred_output") is { } preferred)
        {
            var input = JsonFields.Optional(row, "input") ?? throw new RowException("missing_field", "input", "input is missing.");
            var asked = MessageList.Read(JsonFields.Array(input, "messages"), "input.messages");
            return TrainingRow.Preference(asked, MessageList.Answer(preferred, "preferred_output"), MessageList.Answer(JsonFields.Array(row, "non_preferred_output"), "non_preferred_output"));
        }
        var (chosen, rejected) = (Required(row, "chosen"), Required(row, "rejected"));
        return TrainingRow.Preference(Asked(row, chosen), AnswerOf(chosen, "chosen"), AnswerOf(rejected, "rejected"));
    }

    private static JsonElement Required(JsonElement row, string name) => JsonFields.Optional(row, name) ?? throw new RowException("missing_field", name, $"{name} is missing.");

    private static IReadOnlyList<Turn> Asked(JsonElement row, JsonElement chosen)
    {
        if (JsonFields.Optional(row, "messages") is { } messages)
            return MessageList.Read(messages, "messages");
        if (JsonFields.Optional(row, "conversations") is not null)
            return RowReader.ShareGpt(row);
        if (JsonFields.Optional(row, "instruction") is not null)
            return RowReader.AlpacaPrompt(row);
        if (JsonFields.Optional(row, "prompt") is { } prompt)
            return prompt.ValueKind == JsonValueKind.Array ? MessageList.Read(prompt, "prompt") : [.. RowReader.System(row), new(TurnRole.User, JsonFields.AsText(prompt, "prompt"))];
        if (JsonFields.Optional(row, "question") is { } question)
            return [.. RowReader.System(row), new(TurnRole.User, JsonFields.AsText(question, "question"))];
        // Whole dialogues that differ in their last turn alone.
        if (chosen.ValueKind == JsonValueKind.Array && MessageList.Read(chosen, "chosen") is { Count: > 1 } whole)
            return [.. whole.SkipLast(1)];
        throw new RowException("missing_field", "prompt", $"The row has {JsonFields.Names(row)}; what was asked is expected as \"prompt\" or \"messages\".");
    }

    private static string AnswerOf(JsonElement answer, string path) => answer.ValueKind switch
    {
        JsonValueKind.Array => MessageList.Answer(answer, path),
        JsonValueKind.Object when JsonFields.Optional(answer, "value") is not null => ShareGptList.One(answer, path).Content,
        JsonValueKind.Object => JsonFields.Text(answer, "content", $"{path}.content"),
        _ => JsonFields.AsText(answer, path),
    };
}
