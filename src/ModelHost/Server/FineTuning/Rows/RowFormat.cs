using System.Text.Json;

namespace Platform.ModelHost.Server.FineTuning.Rows;

/// <summary>Tells by its fields which of the known formats a row has, and reads it.</summary>
internal static class RowFormat
{
    private const int MostDepth = 64;
    private const string Known = "Known are 'messages' (OpenAI), 'conversations' (ShareGPT), 'instruction' and 'output' (Alpaca), 'prompt' and 'completion', 'chosen' and 'rejected' beside a prompt, 'preferred_output' and 'non_preferred_output' beside 'input' (OpenAI), and 'text'";

    /// <exception cref="RowFault">It is no JSON object, or of no known format, or something in it is wrong.</exception>
    public static TuningRow Read(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = MostDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object ? Read(document.RootElement.Clone()) : throw new RowFault("is no JSON object");
        }
        catch (JsonException fault)
        {
            throw new RowFault($"cannot be read as JSON: {fault.Message.TrimEnd('.')}");
        }
        catch (RequestRefused fault)
        {
            throw new RowFault($"is refused: {fault.Message.TrimEnd('.')}");
        }
    }

    private static TuningRow Read(JsonElement row) =>
        Has(row, "kto_tag") ? throw new RowFault("is a row of KTO, which is not trained here; make pairs with 'chosen' and 'rejected' of such rows")
        : Has(row, "preferred_output") || Has(row, "non_preferred_output") ? PreferenceFormats.OpenAi(row)
        : Has(row, "chosen") || Has(row, "rejected") ? PreferenceFormats.Pair(row)
        : Has(row, "messages") ? MessageFormat.Dialogue(row)
        : Has(row, "conversations") ? ShareGptFormat.Dialogue(row)
        : Has(row, "instruction") ? InstructionFormats.Alpaca(row)
        : Has(row, "prompt") && Has(row, "completion") ? InstructionFormats.Completion(row)
        : Has(row, "text") ? new TextRow(Text(row, "text"))
        : throw new RowFault($"has none of the known formats: its fields are {string.Join(", ", row.EnumerateObject().Select(field => $"'{field.Name}'").Take(8).DefaultIfEmpty("none"))}. {Known}");

    /// <summary>A field that is there and not null.</summary>
    public static bool Has(JsonElement row, string name) => row.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <exception cref="RowFault">It is no text, or an empty one.</exception>
    public static string Text(JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { } text && !string.IsNullOrWhiteSpace(text) ? text : throw new RowFault($"needs a text in '{name}'");

    /// <summary>A text that may be missing; then it is empty.</summary>
    /// <exception cref="RowFault">It is something else than a text.</exception>
    public static string TextOrNone(JsonElement row, string name) =>
        !Has(row, name) ? "" : row.GetProperty(name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : throw new RowFault($"has something else than a text in '{name}'");
}
