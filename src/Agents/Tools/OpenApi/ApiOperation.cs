using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Platform.Agents.Answering;

namespace Platform.Agents.Tools.OpenApi;

/// <summary>One operation of a document.</summary>
/// <param name="Id">As the document calls it, or where it does not, its method and path (get_people_id).</param>
/// <param name="ToolName">Its part of its tool's name: of the id, or where that has no letter a to z, of method and path; with a number where it is taken. Unique in the document.</param>
/// <param name="Path">With {names} for path parameters.</param>
/// <param name="Places">Where each argument goes: path, query, or body for the one named body.</param>
/// <param name="BodyType">The media type of the body; empty without one.</param>
internal sealed partial record ApiOperation(string Id, string ToolName, HttpMethod Method, string Path, string Description, JsonElement Parameters, IReadOnlyDictionary<string, string> Places, string BodyType)
{
    private const int MaxOperations = 100, MaxSchema = 16_384, MaxName = 100;

    /// <summary>A body of names and values.</summary>
    public const string Form = "application/x-www-form-urlencoded";

    private const string IdKey = "operationId";

    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch"];

    /// <summary>The operations, at most 100: those with an operationId in the document's order, then the others. Left out is what needs a header that nobody sets, a cookie, or another body than JSON or a form of names and values, what is too large, and what comes after the hundredth.</summary>
    /// <param name="headers">Names of the headers that an administrator sets.</param>
    public static (IReadOnlyList<ApiOperation> Operations, LeftOutTools LeftOut) Of(JsonElement document, IEnumerable<string>? headers = null)
    {
        List<ApiOperation> operations = [];
        LeftOutTools leftOut = new();
        if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty("paths", out var paths) || paths.ValueKind != JsonValueKind.Object)
            return (operations, leftOut);
        HashSet<string> taken = [], set = new(headers ?? [], StringComparer.OrdinalIgnoreCase);
        foreach (var (path, method) in paths.EnumerateObject().Where(path => path.Value.ValueKind == JsonValueKind.Object)
            .SelectMany(path => path.Value.EnumerateObject().Where(method => Methods.Contains(method.Name)).Select(method => (path, method)))
            .OrderBy(found => Text(found.method.Value, IdKey) is null))
        {
            var given = Text(method.Value, IdKey);
            var spoken = given is not null && given.Any(char.IsAsciiLetterOrDigit) ? given : Between().Replace($"{method.Name}_{path.Name}", "_").Trim('_');
            var free = Free(spoken, taken);
            var (operation, because) = operations.Count == MaxOperations ? (null, LeftOutBecause.TooMany) : Read(document, path, method, given ?? free, ApiTool.NameOf(free), set);
            if (operation is null)
            {
                leftOut.Add(ShortText.Of(UntrustedText.Visible(given ?? $"{method.Name.ToUpperInvariant()} {path.Name}"), MaxName), because);
                continue;
            }
            operations.Add(operation);
            taken.Add(operation.ToolName);
        }
        return (operations, leftOut);
    }

    /// <summary>Names are told apart as those of tools are: ids and paths may differ by letters that no name has, or by {} alone.</summary>
    private static string Free(string name, HashSet<string> taken)
    {
        var free = name;
        for (var number = 2; taken.Contains(ApiTool.NameOf(free)); number++)
            free = $"{name}_{number}";
        return free;
    }

    private static (ApiOperation? Operation, LeftOutBecause Because) Read(JsonElement document, JsonProperty path, JsonProperty method, string id, string toolName, HashSet<string> set)
    {
        ApiReferences references = new(document);
        JsonObject properties = [];
        JsonArray required = [];
        Dictionary<string, string> places = new(StringComparer.Ordinal);
        foreach (var parameter in Listed(path.Value).Concat(Listed(method.Value)).Select(references.Resolve))
        {
            if (Text(parameter, "name") is not { } name || Text(parameter, "in") is not { } place)
                continue;
            var isRequired = parameter.TryGetProperty("required", out var must) && must.ValueKind == JsonValueKind.True;
            if (place is not ("path" or "query"))
            {
                if (isRequired && !(place == "header" && set.Contains(name)))
                    return (null, LeftOutBecause.Parameter);
                continue;
            }
            var schema = parameter.TryGetProperty("schema", out var given) ? references.Schema(given) : [];
            if (Text(parameter, "description") is { } words)
                schema["description"] = words;
            (properties[name], places[name]) = (schema, place);
            if (isRequired || place == "path")
                required.Add(name);
        }
        var bodyType = "";
        if (method.Value.TryGetProperty("requestBody", out var written))
        {
            var body = references.Resolve(written);
            if (BodyIn(body) is not { } content)
                return (null, LeftOutBecause.Body);
            var taken = content.Value.ValueKind == JsonValueKind.Object && content.Value.TryGetProperty("schema", out var schema) ? references.Schema(schema) : [];
            if (content.Name == Form && !IsObject(taken))
                return (null, LeftOutBecause.Body); // nothing of it could be sent
            (bodyType, properties["body"], places["body"]) = (content.Name, taken, "body");
            if (body.TryGetProperty("required", out var must) && must.ValueKind == JsonValueKind.True)
                required.Add("body");
        }
        JsonObject all = new() { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (required.Count > 0)
            all["required"] = required;
        var parameters = JsonSerializer.SerializeToElement(all);
        var description = Text(method.Value, "summary") ?? Text(method.Value, "description") ?? $"{method.Name.ToUpperInvariant()} {path.Name}";
        return parameters.GetRawText().Length > MaxSchema ? (null, LeftOutBecause.Schema) : (new(id, toolName, HttpMethod.Parse(method.Name), path.Name, description, parameters, places, bodyType), default);
    }

    /// <summary>Whether a schema is of an object, as it is from now on where it did not say.</summary>
    private static bool IsObject(JsonObject schema)
    {
        schema.TryAdd("type", "object");
        return schema["type"] is JsonValue kind && kind.TryGetValue<string>(out var name) && name == "object";
    }

    /// <summary>Of the bodies that it may have the JSON, else the form.</summary>
    private static JsonProperty? BodyIn(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("content", out var content) || content.ValueKind != JsonValueKind.Object)
            return null;
        var kinds = content.EnumerateObject().Select(kind => (JsonProperty?)kind).ToList();
        return kinds.Find(kind => Json().IsMatch(kind!.Value.Name)) ?? kinds.Find(kind => kind!.Value.Name == Form);
    }

    [GeneratedRegex(@"^application/(?:[A-Za-z0-9.+-]+\+)?json(?:\s*;.*)?$")]
    private static partial Regex Json();

    [GeneratedRegex("[^A-Za-z0-9]+")]
    private static partial Regex Between();

    private static JsonElement.ArrayEnumerator Listed(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("parameters", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && text.GetString() is { Length: > 0 } found ? found : null;
}
