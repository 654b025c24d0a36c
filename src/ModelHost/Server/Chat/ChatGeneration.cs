using System.Text.Json;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Grammars;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Engine.Tokens.Answers;
using Platform.ModelHost.Server.Generating;
using Platform.ModelHost.Server.Tools;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Chat;

/// <summary>What a checked chat request asks of the engine.</summary>
/// <param name="Settings">Everything but the prompt.</param>
/// <param name="Messages">The conversation.</param>
/// <param name="Template">What the model's template is given beside it.</param>
/// <param name="Use">What an answer must be: a call, a value of a schema, or anything.</param>
internal sealed record ChatGeneration(GenerationRequest Settings, IReadOnlyList<ChatTurn> Messages, ChatTemplateOptions Template, ToolUse Use)
{
    /// <summary>Tokens that the model may think; null for as many as it likes.</summary>
    public int? ThinkingTokens { get; init; }

    private static readonly JsonElement False = JsonDocument.Parse("false").RootElement;

    private static readonly JsonElement AnyObject = JsonDocument.Parse("""{"type":"object"}""").RootElement;

    /// <exception cref="RequestRefused">A tool, the choice among them, or their combination with a grammar cannot be followed.</exception>
    public static ChatGeneration Of(ChatCompletionRequest request)
    {
        var tools = OfferedTools.Read(request.Tools, request.ToolChoice, request.ParallelToolCalls);
        if (tools.IsUsed && request.Grammar is { Length: > 0 })
        {
            throw new RequestRefused(Problem.Unsupported("grammar", "A grammar together with tools is not supported. Send 'tool_choice': \"none\", or a schema in 'response_format'."));
        }

        if (tools.IsUsed && request.NumBeams is not null)
        {
            throw new RequestRefused(Problem.Unsupported("tools", "tools do not go together with num_beams. Leave one of them out."));
        }

        if (tools.IsUsed && request.Verbatim is not null)
        {
            throw new RequestRefused(Problem.Unsupported("tools", "tools do not go together with verbatim: such an answer calls nothing. Send 'tool_choice': \"none\", or leave one of them out."));
        }

        if (request.ContinuesLast && tools.IsForced)
        {
            throw new RequestRefused(Problem.Invalid("tool_choice", "tool_choice asks for a call, and the last message has begun an answer in text. Leave one of them out."));
        }

        var settings = GenerationSettings.Of(request);
        var format = Format(request.ResponseFormat) ?? request.JsonSchema;
        settings = settings with
        {
            MaxTokens = request.MaxCompletionTokens ?? request.MaxTokens,
            TopLogProbabilities = request.Logprobs == true ? request.TopLogprobs ?? 0 : request.NProbs is > 0 ? request.NProbs : null,
            Grammar = settings.Grammar ?? (format is { } schema ? new GrammarOptions(JsonSchemaGrammar.Of(schema)) : null), // alone; with tools or thinking the plan has another
        };
        var template = new ChatTemplateOptions { AddGenerationPrompt = request.AddGenerationPrompt != false, ContinuesLast = request.ContinuesLast, Tools = tools.ForTemplate, Variables = Variables(request) };
        return new ChatGeneration(settings, Conversation.Of(request.Messages!), template, tools.Use with { Otherwise = format }) { ThinkingTokens = request.ReasoningBudget is -1 ? null : request.ReasoningBudget };
    }

    /// <summary>How the conversation is put to the model and how its answer is read, with the request for it.</summary>
    public (GenerationRequest Request, ChatPlan Plan) On(ModelEngine engine)
    {
        var plan = engine.PlanChat(Settings.ModelId, Messages, Template, Use);
        return (Settings with { Prompt = plan.Prompt, Grammar = plan.Grammar ?? Settings.Grammar, Thinking = ThinkingTokens is { } tokens ? plan.Limit(tokens) : null, ShowControlTokens = plan.ShowControlTokens }, plan);
    }

    private static Dictionary<string, JsonElement> Variables(ChatCompletionRequest request)
    {
        var variables = request.ChatTemplateKwargs is { } given ? new Dictionary<string, JsonElement>(given, StringComparer.Ordinal) : [];
        if (request.ReasoningEffort is { } effort)
        {
            variables.TryAdd("reasoning_effort", JsonSerializer.SerializeToElement(effort, ServerJson.Wire.String));
            if (effort == "none")
            {
                variables.TryAdd("enable_thinking", False); // what templates of the Qwen family look at
            }
        }

        return variables;
    }

    private static JsonElement? Format(ResponseFormatFields? format) => format?.Type switch
    {
        "json_object" => format.Schema is { ValueKind: not JsonValueKind.Null } schema ? schema : AnyObject,
        "json_schema" => format.JsonSchema!.Schema,
        _ => null,
    };
}
