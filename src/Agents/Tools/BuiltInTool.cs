using System.Text.Encodings.Web;
using System.Text.Json;
using Platform.Agents.Answering;

namespace Platform.Agents.Tools;

/// <summary>A tool of the program itself: it is described to a model in the language of its run.</summary>
internal abstract class BuiltInTool : AgentTool
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lazy<JsonElement> english, chinese;

    protected BuiltInTool() => (english, chinese) = (new(() => JsonElement.Parse(SchemaIn(AnswerLanguage.English))), new(() => JsonElement.Parse(SchemaIn(AnswerLanguage.Chinese))));

    public sealed override string Description => DescriptionIn(AnswerLanguage.English);

    public sealed override JsonElement Parameters => english.Value;

    internal abstract override string DescriptionIn(AnswerLanguage language);

    internal sealed override JsonElement ParametersIn(AnswerLanguage language) => language == AnswerLanguage.Chinese ? chinese.Value : english.Value;

    /// <summary>The schema of its arguments, as JSON.</summary>
    private protected abstract string SchemaIn(AnswerLanguage language);

    /// <summary>A text as a JSON string, in the signs that the model is to read.</summary>
    private protected static string Json(string text) => JsonSerializer.Serialize(text, Readable);
}
