using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.ModelHost.Engine.Grammars.Schemas;

/// <summary>JSON values as the compiler writes them: compact, letters beyond ASCII as they are.</summary>
internal static class JsonTexts
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static string Of(JsonNode? value) => value?.ToJsonString(Options) ?? "null";

    /// <summary>A text with its quotes.</summary>
    internal static string Quoted(string text) => JsonSerializer.Serialize(text, Options);

    /// <summary>A text as it stands between the quotes.</summary>
    internal static string Inside(string text) => Quoted(text)[1..^1];
}
