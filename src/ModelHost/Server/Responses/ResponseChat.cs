using Platform.ModelHost.Server.Wire;
using Platform.ModelHost.Server.Wire.Responses;

namespace Platform.ModelHost.Server.Responses;

/// <summary>The chat request that a Responses request is, in other words.</summary>
internal static class ResponseChat
{
    private const string Logprobs = "message.output_text.logprobs";

    /// <exception cref="RequestRefused">It asks for something that cannot be done.</exception>
    public static ChatCompletionRequest Of(ResponseRequest request) => ResponseCheck.Refusal(request) is { } problem ? throw new RequestRefused(problem) : new ChatCompletionRequest(request)
    {
        Renamed = [("messages", "input"), ("max_tokens", request.MaxOutputTokens is null ? null : "max_output_tokens"), ("response_format", "text.format"), ("reasoning_effort", "reasoning.effort"), ("logprobs", "top_logprobs")],
        Messages = ResponseInput.Messages(request.Input, request.Instructions),
        MaxCompletionTokens = request.MaxOutputTokens,
        Tools = request.Tools is { } tools ? [.. tools.Select(tool => new ToolFields(tool?.Type, new FunctionFields(tool?.Name, tool?.Description, tool?.Parameters, tool?.Strict)))] : null,
        ToolChoice = request.ToolChoice,
        ParallelToolCalls = request.ParallelToolCalls ?? true, // what OpenAI does here
        ResponseFormat = request.Text?.Format is { Type: not null } format ? new ResponseFormatFields(format.Type, new JsonSchemaFields(format.Name, format.Description, format.Strict, format.Schema)) : null,
        ReasoningEffort = request.Reasoning?.Effort,
        ChatTemplateKwargs = request.ChatTemplateKwargs,
        Logprobs = request.TopLogprobs is > 0 || request.Include?.Contains(Logprobs) == true,
        TopLogprobs = request.TopLogprobs,
    };
}
