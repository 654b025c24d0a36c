using System.Text.Json;

namespace Platform.ModelHost.Engine.Tokens.Answers;

/// <summary>Turns arguments that are written as pairs of marks into JSON, pair by pair.</summary>
internal sealed class PairReader(PairFormat format)
{
    private JsonElement schema;
    private bool isFirst;

    /// <param name="parameters">The schema of the tool's parameters; undefined when the tool is not known.</param>
    internal void Begin(JsonElement parameters)
    {
        schema = parameters;
        isFirst = true;
    }

    /// <summary>Reads the next pair. No when none follows; then the JSON ends.</summary>
    internal Match Read(string text, ref int at, out string json)
    {
        json = "";
        var place = at;
        var outcome = Marks.Read(text, ref place, format.BeforeKey);
        if (outcome == Match.No) { json = isFirst ? "{}" : "}"; }
        if (outcome != Match.Yes) { return outcome; }
        if (Until(text, ref place, format.AfterKey) is not { } key || Until(text, ref place, format.AfterValue) is not { } value) { return Match.Open; }
        at = place;
        json = $"{(isFirst ? "{" : ", ")}{JsonSerializer.Serialize(key.Trim(), AnswerJson.Readable.String)}: {Value(key.Trim(), value)}";
        isFirst = false;
        return Match.Yes;
    }

    private string Value(string key, string text)
    {
        text = text.Trim('\n');
        if (!IsText(key))
        {
            var trimmed = text.Trim() switch { "True" => "true", "False" => "false", "None" => "null", var other => other };
            if (IsJson(trimmed)) { return trimmed; }
        }
        return JsonSerializer.Serialize(text, AnswerJson.Readable.String);
    }

    private bool IsText(string key) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty(key, out var property)
        && property.ValueKind == JsonValueKind.Object && property.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("string");

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The text before a mark, which the place moves behind; null when the mark has not come.</summary>
    private static string? Until(string text, ref int at, string mark)
    {
        mark = mark.Trim();
        for (var end = at; (end = text.IndexOf(mark[0], end)) >= 0; end++)
        {
            var place = end;
            switch (Marks.Read(text, ref place, mark))
            {
                case Match.Yes:
                    var found = text[at..end];
                    at = place;
                    return found;
                case Match.Open:
                    return null;
            }
        }
        return null;
    }
}
