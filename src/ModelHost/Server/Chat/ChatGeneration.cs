using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Grammars;
using Platform.ModelHost.Server.Generating;
using Platform.ModelHost.Server.Tools;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Chat;

/// <summary>What a checked chat request asks of the engine.</summary>
internal static class ChatGeneration
{
    /// <exception cref="RequestRefused">A tool, the choice among them, or their combination with a format cannot be followed.</exception>
    public static (GenerationRequest Request, OfferedTools Tools) Of(ChatCompletionRequest request)
    {
        var tools = OfferedTools.Read(request.Tools, request.ToolChoice, request.ParallelToolCalls);
        var generation = GenerationSettings.Of(request);
        var format = Format(request.ResponseFormat);
        if (tools.IsUsed && (format ?? generation.Grammar) is not null)
        {
            throw new RequestRefused(Problem.Unsupported(format is null ? "grammar" : "response_format", "A format of the answer together with tools is not supported. Send 'tool_choice': \"none\", or leave the format out."));
        }

        return (generation with
        {
            Messages = Conversation.Of(request.Messages!, tools),
            MaxTokens = request.MaxCompletionTokens ?? request.MaxTokens,
            TopLogProbabilities = request.Logprobs == true ? request.TopLogprobs ?? 0 : request.NProbs is > 0 ? request.NProbs : null,
            Grammar = tools.IsUsed ? new GrammarOptions(CallGrammar.Of([.. tools.Allowed.Select(tool => new CallableFunction(tool.Name, tool.Parameters))], tools.Parallel, orText: !tools.IsForced)) : format ?? generation.Grammar,
        }, tools);
    }

    private static GrammarOptions? Format(ResponseFormatFields? format) => format?.Type switch
    {
        "json_object" => new GrammarOptions(JsonSchemaGrammar.AnyObject),
        "json_schema" => new GrammarOptions(JsonSchemaGrammar.Of(format.JsonSchema!.Schema!.Value)),
        _ => null,
    };
}
