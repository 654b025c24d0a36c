using System.Text.Encodings.Web;
using System.Text.Json;

namespace Platform.Training.Rows;

/// <summary>Fields of a row, with an error that names the field where it is not what is expected.</summary>
internal static class JsonFields
{
    internal static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const int NamesShown = 8, NameLength = 40;

    public static JsonElement? Optional(JsonElement row, string name) => row.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string Text(JsonElement row, string name, string? path = null) =>
        AsText(Optional(row, name) ?? throw new RowException("missing_field", path ?? name, $"{path ?? name} is missing."), path ?? name);

    public static string? OptionalText(JsonElement row, string name) => Optional(row, name) is { } value ? AsText(value, name) : null;

    public static string FirstText(JsonElement row, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (Optional(row, name) is { } value)
                return AsText(value, name);
        throw new RowException("missing_field", names[0], $"{names[0]} is missing.");
    }

    public static JsonElement Array(JsonElement row, string name) => Optional(row, name) is not { } value
        ? throw new RowException("missing_field", name, $"{name} is missing.")
        : value.ValueKind == JsonValueKind.Array ? value : throw RowException.WrongType(name, Kind(value), RowException.Array);

    public static IEnumerable<JsonElement> Items(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw RowException.WrongType(path, Kind(value), RowException.Array);

    public static string AsText(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw RowException.WrongType(path, Kind(value), RowException.Text);

    public static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => RowException.Object,
        JsonValueKind.Array => RowException.Array,
        JsonValueKind.String => RowException.Text,
        JsonValueKind.Number => "number",
        JsonValueKind.Null => "null",
        _ => "boolean",
    };

    /// <summary>A kind in a sentence.</summary>
    public static string Said(string kind) => kind switch { RowException.Object or RowException.Array => $"an {kind}", "null" => kind, "boolean" => "true or false", _ => $"a {kind}" };

    /// <summary>The JSON without spaces and line ends between its parts: rows are written a line each.</summary>
    public static string OneLine(JsonElement value) => JsonSerializer.Serialize(value, Plain);

    /// <summary>The names of its fields, for an error; few, and none at length.</summary>
    public static string Names(JsonElement row)
    {
        var names = row.EnumerateObject().Select(field => field.Name.Length > NameLength ? field.Name[..NameLength] + "…" : field.Name).Take(NamesShown + 1).ToArray();
        return names.Length == 0 ? "no fields" : $"the fields {string.Join(", ", names.Take(NamesShown))}{(names.Length > NamesShown ? ", …" : "")}";
    }
}
