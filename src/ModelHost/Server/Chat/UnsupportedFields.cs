using System.Text.Json;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Chat;

/// <summary>Fields that clients know and this service does not do: refused, unless their value asks for what happens anyway. Never silently ignored.</summary>
internal static class UnsupportedFields
{
    public static Problem? Refusal(ChatCompletionRequest request)
    {
        var name = First(request);
        return name is null ? null : Problem.Unsupported(name, $"'{name}' is not supported with this value. Leave it out.");
    }

    private static string? First(ChatCompletionRequest request) => request switch
    {
        { Functions: { } functions } when !IsEmpty(functions) => "functions",
        { FunctionCall: { } call } when !IsText(call, "none", "auto") => "function_call",
        { Modalities: { } modalities } when !IsOnlyText(modalities) => "modalities",
        { Audio: not null } => "audio",
        _ => null,
    };

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        _ => false,
    };

    private static bool IsText(JsonElement value, params ReadOnlySpan<string> allowed) => value.ValueKind == JsonValueKind.String && allowed.Contains(value.GetString()!);

    private static bool IsOnlyText(JsonElement modalities) =>
        modalities.ValueKind == JsonValueKind.Array && modalities.EnumerateArray().All(item => IsText(item, "text"));
}
