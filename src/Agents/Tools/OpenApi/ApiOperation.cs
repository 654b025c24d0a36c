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

    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch"];

    /// <summary>The operations in the document's order, one without an operationId under its method and path (get_people_id), at most 100; one that needs a header, a cookie or another body than JSON is left out.</summary>
    public static IReadOnlyList<ApiOperation> Of(JsonElement document)
    {
        List<ApiOperation> operations = [];
        if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty("paths", out var paths) || paths.ValueKind != JsonValueKind.Object)
            return operations;
        foreach (var path in paths.EnumerateObject().Where(path => path.Value.ValueKind == JsonValueKind.Object))
        {
            foreach (var method in path.Value.EnumerateObject().Where(method => Methods.Contains(method.Name)))
            {
                if (operations.Count < MaxOperations && Read(document, path, method) is { } operation)
                    operations.Add(operation);
            }
        }
        return operations;
    }

    private static ApiOperation? Read(JsonElement document, JsonProperty path, JsonProperty method)
    {
        var id = Text(method.Value, "operationId") ?? Between().Replace($"{method.Name}_{path.Name}", "_").Trim('_');
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
