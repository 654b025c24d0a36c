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
        { Tools: { } tools } when !IsEmpty(tools) => "tools",
        { ToolChoice: { } choice } when !IsText(choice, "none", "auto") => "tool_choice",
        { Functions: { } functions } when !IsEmpty(functions) => "functions",
        { FunctionCall: { } call } when !IsText(call, "none", "auto") => "function_call",
        { ResponseFormat: { } format } when !IsTextFormat(format) => "response_format",
        { Logprobs: true } => "logprobs",
        { TopLogprobs: > 0 } => "top_logprobs",
        { LogitBias: { } bias } when !IsEmpty(bias) => "logit_bias",
        { ReasoningEffort: not (null or "none") } => "reasoning_effort",
        { Modalities: { } modalities } when !IsOnlyText(modalities) => "modalities",
        { Audio: not null } => "audio",
        { TypicalP: not (null or 1) } => "typical_p",
        { Mirostat: not (null or 0) } => "mirostat",
        { Grammar: not (null or "") } => "grammar",
        { JsonSchema: not null } => "json_schema",
        { CachePrompt: false } => "cache_prompt",
        { IdSlot: not (null or -1) } => "id_slot",
        { Lora: { } lora } when !IsEmpty(lora) => "lora",
        { ChatTemplateKwargs: { } kwargs } when !IsEmpty(kwargs) => "chat_template_kwargs",
        { ReasoningFormat: not (null or "none" or "auto") } => "reasoning_format",
        { TimingsPerToken: true } => "timings_per_token",
        { AddGenerationPrompt: false } => "add_generation_prompt",
        { IgnoreEos: true } => "ignore_eos",
        { NProbs: > 0 } => "n_probs",
        _ => null,
    };

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        _ => false,
    };

    private static bool IsText(JsonElement value, params ReadOnlySpan<string> allowed) => value.ValueKind == JsonValueKind.String && allowed.Contains(value.GetString()!);

    private static bool IsTextFormat(JsonElement format) =>
        format.ValueKind == JsonValueKind.Object && format.TryGetProperty("type", out var type) && IsText(type, "text");

    private static bool IsOnlyText(JsonElement modalities) =>
        modalities.ValueKind == JsonValueKind.Array && modalities.EnumerateArray().All(item => IsText(item, "text"));
}
