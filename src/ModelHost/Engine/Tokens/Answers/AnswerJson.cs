using System.Text.Encodings.Web;
using System.Text.Json.Serialization;

namespace Platform.ModelHost.Engine.Tokens.Answers;

/// <summary>Texts as JSON, without escapes that are not needed.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class AnswerJson : JsonSerializerContext
{
    internal static AnswerJson Readable { get; } = new(new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
