using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Agents.Acting;
using Platform.Agents.Runs.Tracing;

namespace Platform.Web.Features.Runs;

/// <summary>A question to a model as JSON: its messages, the tools with what the model was told of them, and how it was asked. All texts in it are untrusted.</summary>
public static class SentPrompt
{
    private static readonly JsonSerializerOptions Written = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static string Of(ModelTurn turn)
    {
        ArgumentNullException.ThrowIfNull(turn);
        return JsonSerializer.Serialize(new
        {
            messages = turn.Sent.Select(message => new { role = message.Role, content = message.Text }),
            tools = turn.Tools.Select(name => (object?)turn.Offered?.FirstOrDefault(offer => offer.Name == name) ?? new { name }),
            settings = turn.Settings,
        }, Written);
    }

    /// <summary>How it was asked; what was left to the engine is left out.</summary>
    public static string Of(ModelSettings settings) => JsonSerializer.Serialize(settings, Written);
}
