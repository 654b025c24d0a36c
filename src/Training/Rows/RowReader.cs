using System.Globalization;
using System.Text.Json;

namespace Platform.Training.Rows;

/// <summary>Reads one row of any format that is known. Throws <see cref="RowException"/> for what cannot be used; nothing is guessed or cut.</summary>
public static class RowReader
{
    /// <summary>Most characters of all texts of a row together, UTF-16.</summary>
    public const int MaxCharacters = 256 * 1024;

    public const int MaxTurns = 512;

    /// <summary>Of JSON in a row.</summary>
    internal const int MaxDepth = 32;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth };

    /// <param name="json">One JSON object.</param>
    public static TrainingRow Read(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return Read(document.RootElement);
        }
        catch (JsonException error)
        {
            throw new RowException("not_json", "", error.BytePositionInLine is { } at && error.LineNumber is { } line
                ? string.Create(CultureInfo.InvariantCulture, $"The row is not JSON: what stands at byte {at + 1}{(line > 0 ? $" of its line {line + 1}" : "")} does not fit there, or it breaks off. Give one whole JSON object, nested {MaxDepth} deep at most.")
                : "The row is not JSON. Give one whole JSON object.");
        }
    }

    public static TrainingRow Read(JsonElement row)
    {
        try
        {
            return Known(row);
        }
        catch (InvalidOperationException)
        {
            throw new RowException("not_json", "", "Half of a surrogate pair (\\ud800 to \\udfff) stands alone in a text of the row. Write both halves or U+FFFD.");
        }
    }

    private static TrainingRow Known(JsonElement row)
    {
        if (row.ValueKind != JsonValueKind.Object)
            throw RowException.WrongType("", JsonFields.Kind(row), RowException.Object);
        var read = FormatOf(row) switch
        {
            RowFormat.Messages => Dialogue(MessageList.Read(JsonFields.Array(row, "messages"), "messages"), Tools(row)),
            RowFormat.Alpaca => Alpaca(row),
            RowFormat.ShareGpt => Dialogue(ShareGpt(row), Tools(row)),
            RowFormat.Pair => Dialogue([.. System(row), new(TurnRole.User, JsonFields.FirstText(row, "prompt", "question")), new(TurnRole.Assistant, JsonFields.FirstText(row, "completion", "response", "answer"))], null),
            RowFormat.Preference => PreferenceRow.Read(row),
            _ => TrainingRow.OfText(JsonFields.Text(row, "text")),
        };
        return Checked(read);
    }

    /// <summary>By the fields that it has. RowException unknown_format names those that were found.</summary>
    public static RowFormat FormatOf(JsonElement row)
    {
        if (row.TryGetProperty("kto_tag", out _))
            throw new RowException("unsupported", "kto_tag", "The row is judged alone (kto_tag); preferences are learned from pairs here: give \"chosen\" and \"rejected\".");
        if (row.TryGetProperty("label", out var label) && label.ValueKind is JsonValueKind.True or JsonValueKind.False && row.TryGetProperty("completion", out _))
            throw new RowException("unsupported", "label", "The row is judged alone (label true or false); preferences are learned from pairs here: give \"chosen\" and \"rejected\", or leave out \"label\" and the rows where it is false.");
        bool Has(string name) => row.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;
        return Has("rejected") || Has("non_preferred_output") ? RowFormat.Preference
            : Has("messages") ? RowFormat.Messages
            : Has("conversations") ? RowFormat.ShareGpt
            : Has("instruction") ? RowFormat.Alpaca
            : (Has("prompt") && (Has("completion") || Has("response"))) || (Has("question") && Has("answer")) ? RowFormat.Pair
            : Has("text") ? RowFormat.Text
            : throw new RowException("unknown_format", "",
                $"The row has {JsonFields.Names(row)}; expected \"messages\", \"conversations\", \"instruction\" with \"output\", \"prompt\" with \"completion\", \"chosen\" with \"rejected\", or \"text\".");
    }

    internal static IEnumerable<Turn> System(JsonElement row) =>
        JsonFields.OptionalText(row, "system") is { Length: > 0 } system ? [new Turn(TurnRole.System, system)] : [];

    /// <summary>Instruction and input as one question, after the turns of the history.</summary>
    internal static IReadOnlyList<Turn> AlpacaPrompt(JsonElement row)
    {
        List<Turn> turns = [.. System(row)];
        if (JsonFields.Optional(row, "history") is { } history)
        {
            var place = 0;
            foreach (var pair in JsonFields.Items(history, "history"))
            {
                var said = JsonFields.Items(pair, $"history[{place}]").Select(item => JsonFields.AsText(item, $"history[{place}]")).ToArray();
                if (said.Length != 2)
                    throw new RowException("wrong_type", $"history[{place}]", $"history[{place}] has {said.Length} texts; a question and its answer are expected.", RowException.Array, "pair");
                turns.AddRange([new(TurnRole.User, said[0]), new(TurnRole.Assistant, said[1])]);
                place++;
            }
        }
        var (instruction, input) = (JsonFields.Text(row, "instruction"), JsonFields.OptionalText(row, "input") ?? "");
        turns.Add(new(TurnRole.User, input.Length == 0 ? instruction : instruction.Length == 0 ? input : $"{instruction}\n{input}"));
        return turns;
    }

    internal static IReadOnlyList<Turn> ShareGpt(JsonElement row) => [.. System(row), .. ShareGptList.Read(JsonFields.Array(row, "conversations"), "conversations")];

    private static TrainingRow Alpaca(JsonElement row) => Dialogue([.. AlpacaPrompt(row), new(TurnRole.Assistant, JsonFields.Text(row, "output"))], null);

    private static TrainingRow Dialogue(IReadOnlyList<Turn> turns, string? tools) => new(RowKind.Dialogue, turns, Tools: tools);

    private static string? Tools(JsonElement row) => JsonFields.Optional(row, "tools") switch
    {
        null => null,
        // ShareGPT files often carry the list as a text.
        { ValueKind: JsonValueKind.String } text => text.GetString() is { Length: > 0 } list ? ToolList(list) : null,
        { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() == 0 ? null : JsonFields.OneLine(list),
        { } other => throw RowException.WrongType("tools", JsonFields.Kind(other), RowException.Array),
    };

    private static string? ToolList(string text)
    {
        try
        {
            using var list = JsonDocument.Parse(text, Strict);
            return list.RootElement.ValueKind == JsonValueKind.Array ? list.RootElement.GetArrayLength() == 0 ? null : JsonFields.OneLine(list.RootElement)
                : throw RowException.WrongType("tools", JsonFields.Kind(list.RootElement), RowException.Array);
        }
        catch (JsonException)
        {
            throw new RowException("wrong_type", "tools", "tools is a text that is not JSON; an array of tools is expected.", RowException.Text, RowException.Array);
        }
    }

    private static TrainingRow Checked(TrainingRow row)
    {
        if (row.Turns.Count > MaxTurns)
            throw new RowException("too_many_turns", "", $"The row has {row.Turns.Count} turns; at most {MaxTurns} are taken. Split the dialogue.", $"{MaxTurns:N0}");
        var length = row.Texts.Sum(text => (long)text.Length);
        if (length > MaxCharacters)
            throw new RowException("too_long", "", $"The row has {length:N0} characters; at most {MaxCharacters:N0} are taken. Split it.", $"{MaxCharacters:N0}");
        if (row.Kind == RowKind.Dialogue && !row.Turns.Any(turn => turn is { Role: TurnRole.Assistant, Learned: true } && (turn.Content.Trim().Length > 0 || turn.Calls is not null)))
            throw new RowException("no_answer", "", "The row has no turn of the assistant that says anything and is to be learned; there is nothing to learn from it.");
        if (row is { Kind: RowKind.Dialogue, Turns: [{ Role: TurnRole.Assistant, Learned: true }, ..] })
            throw new RowException("nothing_asked", "", "The row begins with the assistant; something must be said to it first. Put a turn of the person or of the system before it, or do not learn that turn (weight 0).");
        if (row.Kind != RowKind.Dialogue && row.Reply.Trim().Length == 0)
            throw new RowException("empty", row.Kind == RowKind.Text ? "text" : "chosen", row.Kind == RowKind.Text ? "text is empty." : "The chosen answer is empty.");
        if (row.Kind == RowKind.Preference && row.Chosen == row.Rejected)
            throw new RowException("no_answer", "rejected", "The chosen and the rejected answer are the same; there is nothing to prefer.");
        return row;
    }
}
