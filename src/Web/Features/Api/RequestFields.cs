using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Agents.Answering;
using Platform.Web.Host;

namespace Platform.Web.Features.Api;

/// <summary>The JSON body of a program's request. Null is absent, a known field of another type is 400 and names it; unknown fields are ignored, as OpenAI's clients send some, but where an endpoint of our own knows all that it takes.</summary>
internal sealed class RequestFields
{
    private const int MaxDepth = 64;

    private RequestFields(JsonObject body) => Body = body;

    public JsonObject Body { get; }

    /// <summary>Reads a body; an empty one is an object without fields. RefusedRequestException (400) when it is not one JSON object.</summary>
    public static async Task<RequestFields> ReadAsync(HttpContext http)
    {
        if (http.Request.Headers.ContentEncoding is [{ Length: > 0 } encoding, ..] && encoding != "identity")
        {
            throw new RefusedRequestException(new Problem(415, "invalid_request_error", "unsupported_encoding", $"The body's encoding is '{Short(encoding)}', which is not read here. Send it as it is, without Content-Encoding."));
        }

        using var content = new MemoryStream();
        await http.Request.Body.CopyToAsync(content, http.RequestAborted);
        if (content.Length == 0)
        {
            return new RequestFields([]);
        }

        try
        {
            var bytes = content.GetBuffer().AsSpan(0, (int)content.Length);
            var parsed = JsonNode.Parse(bytes, null, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            if (bytes.IndexOf("\\ud"u8) >= 0 || bytes.IndexOf("\\uD"u8) >= 0)
            {
                _ = parsed?.ToJsonString(); // finds half a pair, which no text can be made of
            }

            return parsed is JsonObject body ? new RequestFields(body) : throw NotJson("it is no object");
        }
        catch (JsonException broken)
        {
            throw NotJson(broken.LineNumber is { } line ? $"it cannot be read on from line {line + 1}, byte {broken.BytePositionInLine + 1}" : "a field stands twice in an object");
        }
        catch (InvalidOperationException)
        {
            throw NotJson("half of a surrogate pair (\\ud800 to \\udfff) stands alone in a text; send both halves or U+FFFD");
        }
    }

    /// <summary>RefusedRequestException (400) for the first name that is none of those that are known: what is misspelt, or wished for, would else be left out without a word.</summary>
    /// <param name="given">Names of fields, or of parameters of the address.</param>
    public static void Know(IEnumerable<string> given, params string[] known)
    {
        if (given.FirstOrDefault(name => !known.Contains(name, StringComparer.Ordinal)) is { } unknown)
        {
            throw RefusedRequestException.Of(Short(unknown), $"'{Short(unknown)}' is not known here; there are {string.Join(", ", known)}.", "unknown_parameter");
        }
    }

    /// <summary>The same for the fields of this object that are not null.</summary>
    public void Know(params string[] known) => Know(Body.Where(field => field.Value is not null).Select(field => field.Key), known);

    /// <summary>The fields of an object inside a body; null where it is none.</summary>
    public static RequestFields? Of(JsonNode? node) => node is JsonObject inner ? new RequestFields(inner) : null;

    public string? Text(string name) => Value<string>(name, "a string");

    /// <summary>A text that must be there.</summary>
    public string RequiredText(string name) => Text(name) switch
    {
        null => throw RefusedRequestException.Of(name, $"The field '{name}' is missing.", "missing_required_parameter"),
        "" => throw RefusedRequestException.Of(name, $"The field '{name}' must not be empty."),
        var text => text,
    };

    public bool? Flag(string name) => Value<bool?>(name, "true or false");

    public int? Number(string name) => Value<int?>(name, "a whole number");

    public double? Real(string name) => Value<double?>(name, "a number");

    /// <summary>The id of something of ours.</summary>
    public Guid? Id(string name) => Text(name) is not { } text ? null : Guid.TryParse(text, out var id) ? id : throw RefusedRequestException.Of(name, $"'{name}' is '{Short(text)}'; it must be an id such as {Guid.Empty}.");

    /// <summary>An object with fields of its own.</summary>
    public RequestFields? Object(string name) => Body[name] is null ? null : Body[name] is JsonObject inner ? new RequestFields(inner) : throw Wrong(name, "an object");

    public JsonArray? List(string name) => Body[name] is null ? null : Body[name] as JsonArray ?? throw Wrong(name, "an array");

    /// <summary>A value as it came.</summary>
    public JsonElement? Element(string name) => Body[name] is { } node ? JsonSerializer.SerializeToElement(node) : null;

    internal static string Short(string text) => ShortText.Of(text, 60);

    private T? Value<T>(string name, string wanted) =>
        Body[name] is not { } node ? default : node is JsonValue value && value.TryGetValue<T>(out var found) ? found : throw Wrong(name, wanted);

    private static RefusedRequestException Wrong(string name, string wanted) => RefusedRequestException.Of(name, $"The field '{name}' must be {wanted}.", "invalid_type");

    private static RefusedRequestException NotJson(string why) => new(new Problem(400, "invalid_request_error", "invalid_json", $"The body must be one JSON object: {why}."));
}
