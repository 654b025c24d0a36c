using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Agents.Tools;

namespace Platform.Web.Features.Runs;

/// <summary>How an argument is edited; a group is an object, by fields of its own.</summary>
public enum ArgumentKind { Text, Number, Truth, Choice, Json, Group }

/// <summary>One argument of a call as a person edits it.</summary>
public sealed class ArgumentField(string name, ArgumentKind kind, string about, bool required, IReadOnlyList<string> choices)
{
    private bool? truth; // null until somebody says one

    public string Name => name;

    public ArgumentKind Kind => kind;

    /// <summary>What it is for, in the tool's words.</summary>
    public string About => about;

    /// <summary>What may be chosen, as JSON.</summary>
    public IReadOnlyList<string> Choices => choices;

    /// <summary>What is typed: the text itself, or JSON where the kind says so. Empty stands for nothing where it need not be there.</summary>
    public string Text { get; set; } = "";

    /// <summary>The fields of a group; null of any other.</summary>
    public ArgumentForm? Inner { get; internal init; }

    public bool Truth { get => truth ?? false; set => truth = value; }

    /// <summary>What is typed cannot be what it must be.</summary>
    public bool IsFaulty { get; private set; }

    /// <summary>It is faulty because it must be there, and nothing is.</summary>
    public bool IsMissing { get; private set; }

    /// <summary>Why the tool does not take what is typed, in the reader's language; null where it is of the wrong kind, or nothing is wrong.</summary>
    public string? Refused { get; private set; }

    /// <summary>What the tool says of it; undefined where that is not known.</summary>
    internal JsonElement Schema { get; init; }

    /// <summary>Nothing is typed, and nothing chosen. A false that was there, or that somebody chose, is something.</summary>
    public bool IsEmpty => Inner?.IsEmpty ?? (truth is null && Text.Trim().Length == 0);

    /// <summary>Whether it must be there.</summary>
    public bool Required => required;

    /// <summary>Whether the call as it was asked about has it.</summary>
    public bool WasThere { get; internal init; }

    internal JsonNode? Read()
    {
        Refused = null;
        var read = Typed();
        if (!IsFaulty && Inner is null && read is not null)
        {
            Refused = ArgumentCheck.FaultOf(name, Schema, JsonSerializer.SerializeToElement(read), CultureInfo.CurrentUICulture);
            IsFaulty = Refused is not null;
        }
        return read;
    }

    private JsonNode? Typed()
    {
        if (Inner is not null)
        {
            var typed = IsEmpty && !WasThere && !required ? null : Inner.Read().Arguments;
            IsFaulty = typed is null && !(IsEmpty && !WasThere && !required); // told at the field inside
            return typed is { } group ? JsonObject.Create(group) : null;
        }
        IsFaulty = IsMissing = required && !WasThere && kind != ArgumentKind.Truth && IsEmpty;
        if (kind == ArgumentKind.Truth)
        {
            return truth is not null || required ? JsonValue.Create(Truth) : null;
        }
        if (kind == ArgumentKind.Text)
        {
            return Text.Length > 0 || WasThere || required ? JsonValue.Create(Text) : null;
        }
        try
        {
            var read = Text.Trim().Length == 0 ? null : JsonNode.Parse(Text);
            IsMissing = read is null && required;
            IsFaulty = IsMissing || (kind == ArgumentKind.Number && read is not null && read.GetValueKind() != JsonValueKind.Number);
            return read;
        }
        catch (JsonException)
        {
            IsFaulty = true;
            return null;
        }
    }
}

/// <summary>The arguments of a call as a form: fields by the tool's schema, and JSON for what a form cannot say.</summary>
public sealed class ArgumentForm
{
    private readonly JsonElement given;

    private ArgumentForm(JsonElement given, IReadOnlyList<ArgumentField> fields) => (this.given, Fields) = (given, fields);

    public IReadOnlyList<ArgumentField> Fields { get; }

    /// <summary>Objects in objects are fields so deep; below that they are JSON.</summary>
    private const int Deepest = 3;

    /// <param name="schema">Of an object; null where it is not known.</param>
    public static ArgumentForm Of(JsonElement? schema, JsonElement arguments) => Of(schema, arguments, 1);

    private static ArgumentForm Of(JsonElement? schema, JsonElement arguments, int depth)
    {
        var properties = schema is { ValueKind: JsonValueKind.Object } known && known.TryGetProperty("properties", out var listed) && listed.ValueKind == JsonValueKind.Object
            ? FieldsOf(listed) : [];
        var required = schema is { ValueKind: JsonValueKind.Object } whole && whole.TryGetProperty("required", out var names) && names.ValueKind == JsonValueKind.Array
            ? names.EnumerateArray().Select(n => n.GetString() ?? "").ToHashSet() : [];
        var there = arguments.ValueKind == JsonValueKind.Object ? FieldsOf(arguments) : [];
        return new(arguments, [.. properties.Keys.Union(there.Keys).Select(name => FieldOf(name, properties.GetValueOrDefault(name), there.TryGetValue(name, out var value) ? value : null, required.Contains(name), depth))]);
    }

    /// <summary>Nothing is typed in any field.</summary>
    public bool IsEmpty => Fields.All(argument => argument.IsEmpty);

    /// <summary>The arguments as they are typed; null where a field is faulty. Unchanged says so.</summary>
    public (JsonElement? Arguments, bool Changed) Read()
    {
        JsonObject read = [];
        foreach (var field in Fields)
        {
            if (field.Read() is { } value)
            {
                read[field.Name] = value;
            }
        }
        if (Fields.Any(field => field.IsFaulty))
        {
            return (null, true);
        }
        var typed = JsonSerializer.SerializeToElement(read);
        return (typed, given.ValueKind != JsonValueKind.Object || !JsonElement.DeepEquals(given, typed));
    }

    // A name may be there twice in what a model wrote, or a stranger: the last counts.
    private static Dictionary<string, JsonElement> FieldsOf(JsonElement json)
    {
        Dictionary<string, JsonElement> fields = [];
        foreach (var property in json.EnumerateObject())
        {
            fields[property.Name] = property.Value;
        }
        return fields;
    }

    private static ArgumentField FieldOf(string name, JsonElement schema, JsonElement? value, bool required, int depth)
    {
        var choices = schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("enum", out var listed) && listed.ValueKind == JsonValueKind.Array ? [.. listed.EnumerateArray().Select(c => c.GetRawText())] : (string[])[];
        var kind = choices.Length > 0 ? ArgumentKind.Choice : KindOf(schema, value);
        var about = schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("description", out var said) && said.ValueKind == JsonValueKind.String ? said.GetString()! : "";
        if (kind == ArgumentKind.Json && depth < Deepest && IsGroup(schema, value))
        {
            return new(name, ArgumentKind.Group, about, required, []) { WasThere = value is not null, Inner = Of(schema, value ?? default, depth + 1) };
        }
        ArgumentField field = new(name, kind, about, required, choices) { WasThere = value is not null, Schema = schema };
        if (value is not { } there)
        {
            return field;
        }
        if (kind == ArgumentKind.Truth)
        {
            field.Truth = there.ValueKind == JsonValueKind.True;
        }
        else
        {
            field.Text = kind == ArgumentKind.Text ? there.GetString() ?? "" : there.GetRawText();
        }
        return field;
    }

    // Its fields are known, and what stands there is none but such an object.
    private static bool IsGroup(JsonElement schema, JsonElement? value) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out var fields) && fields.ValueKind == JsonValueKind.Object && fields.EnumerateObject().Any() && value is null or { ValueKind: JsonValueKind.Object };

    // A value that is another than its schema says is shown as the JSON that it is.
    private static ArgumentKind KindOf(JsonElement schema, JsonElement? value)
    {
        var type = schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type", out var named) && named.ValueKind == JsonValueKind.String ? named.GetString() : null;
        return (type, value?.ValueKind) switch
        {
            ("string" or null, JsonValueKind.String) or ("string", null) => ArgumentKind.Text,
            ("number" or "integer" or null, JsonValueKind.Number) or ("number" or "integer", null) => ArgumentKind.Number,
            ("boolean" or null, JsonValueKind.True or JsonValueKind.False) or ("boolean", null) => ArgumentKind.Truth,
            _ => ArgumentKind.Json,
        };
    }

    /// <summary>The JSON object that is typed; null for none, and for what is no object.</summary>
    public static JsonElement? ObjectIn(string typed)
    {
        try
        {
            return string.IsNullOrWhiteSpace(typed) ? null : JsonSerializer.Deserialize<JsonElement>(typed) is { ValueKind: JsonValueKind.Object } read ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>JSON as people read it.</summary>
    public static string Pretty(JsonElement json) => json.ValueKind == JsonValueKind.Undefined ? "" : JsonSerializer.Serialize(json, Indented);

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
