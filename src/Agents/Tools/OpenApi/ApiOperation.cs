using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Platform.Agents.Tools.OpenApi;

/// <summary>One operation of a document.</summary>
/// <param name="Path">With {names} for path parameters.</param>
/// <param name="Places">Where each argument goes: path, query, or body for the one named body.</param>
internal sealed partial record ApiOperation(string Id, HttpMethod Method, string Path, string Description, JsonElement Parameters, IReadOnlyDictionary<string, string> Places)
{
    private const int MaxOperations = 100, MaxSchema = 16_384;

    private const string IdKey = "operationId";

    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch"];

    /// <summary>The operations, at most 100: those with an operationId in the document's order, then the others under their method and path (get_people_id), with a number where a name is taken (get_people_id_2). One that needs a header, a cookie or another body than JSON is left out.</summary>
    public static IReadOnlyList<ApiOperation> Of(JsonElement document)
    {
        List<ApiOperation> operations = [];
        if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty("paths", out var paths) || paths.ValueKind != JsonValueKind.Object)
            return operations;
        HashSet<string> taken = [];
        foreach (var (path, method) in paths.EnumerateObject().Where(path => path.Value.ValueKind == JsonValueKind.Object)
            .SelectMany(path => path.Value.EnumerateObject().Where(method => Methods.Contains(method.Name)).Select(method => (path, method)))
            .OrderBy(found => Text(found.method.Value, IdKey) is null))
        {
            if (operations.Count == MaxOperations)
                break;
            if (Read(document, path, method, Text(method.Value, IdKey) ?? Free(Between().Replace($"{method.Name}_{path.Name}", "_").Trim('_'), taken)) is not { } operation)
                continue;
            operations.Add(operation);
            taken.Add(ApiTool.NameOf(operation.Id));
        }
        return operations;
    }

    /// <summary>Names are told apart as those of tools are: paths may differ by letters that no name has, or by {} alone.</summary>
    private static string Free(string name, HashSet<string> taken)
    {
        var free = name;
        for (var number = 2; taken.Contains(ApiTool.NameOf(free)); number++)
            free = $"{name}_{number}";
        return free;
    }

    private static ApiOperation? Read(JsonElement document, JsonProperty path, JsonProperty method, string id)
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
                if (isRequired)
                    return null;
                continue;
            }
            var schema = parameter.TryGetProperty("schema", out var given) ? references.Schema(given) : [];
            if (Text(parameter, "description") is { } words)
                schema["description"] = words;
            (properties[name], places[name]) = (schema, place);
            if (isRequired || place == "path")
                required.Add(name);
        }
        if (method.Value.TryGetProperty("requestBody", out var written))
        {
            var body = references.Resolve(written);
            if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("content", out var content) || content.ValueKind != JsonValueKind.Object || !content.TryGetProperty("application/json", out var json))
                return null;
            (properties["body"], places["body"]) = (json.TryGetProperty("schema", out var schema) ? references.Schema(schema) : [], "body");
            if (body.TryGetProperty("required", out var must) && must.ValueKind == JsonValueKind.True)
                required.Add("body");
        }
        JsonObject all = new() { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (required.Count > 0)
            all["required"] = required;
        var parameters = JsonSerializer.SerializeToElement(all);
        var description = Text(method.Value, "summary") ?? Text(method.Value, "description") ?? $"{method.Name.ToUpperInvariant()} {path.Name}";
        return parameters.GetRawText().Length > MaxSchema ? null : new(id, HttpMethod.Parse(method.Name), path.Name, description, parameters, places);
    }

    [GeneratedRegex("[^A-Za-z0-9]+")]
    private static partial Regex Between();

    private static JsonElement.ArrayEnumerator Listed(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("parameters", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && text.GetString() is { Length: > 0 } found ? found : null;
}
