using System.Text.Json;
using Microsoft.Extensions.AI;
using Platform.Agents.Answering;
using Platform.Agents.Prompting;
using Platform.Agents.Tools;

namespace Platform.Agents.Planning;

/// <summary>The way out of a step for a model that learns from earlier results that the plan is wrong: the step is then given up with why, and the plan made anew. Offered beside a step's own tool, where results stand before it, and nowhere else.</summary>
internal sealed class ChangePlanTool : AgentTool
{
    public const string ToolName = "change_plan";

    private ChangePlanTool()
    {
    }

    public static ChangePlanTool Only { get; } = new();

    /// <summary>As the model is told of it.</summary>
    public static AITool OfferedIn(PromptWords words) => AIFunctionFactory.CreateDeclaration(Only.Name, words.ChangePlan, Schema(words.NewFact));

    public override string Name => ToolName;

    public override string Description => PromptWords.In(AnswerLanguage.English).ChangePlan;

    public override JsonElement Parameters { get; } = Schema(PromptWords.In(AnswerLanguage.English).NewFact);

    public override ToolEffects Effects => ToolEffects.None;

    public override Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation) =>
        Task.FromResult(ToolOutcome.Failed($"{PromptWords.In(scope.Language).NewFacts}{UntrustedText.ForPrompt(arguments.GetProperty("why").GetString()!)}", ToolFailure.NewFacts));

    private static JsonElement Schema(string about) => JsonElement.Parse($$"""
        {"type":"object","additionalProperties":false,"required":["why"],"properties":{"why":{"type":"string","minLength":1,"maxLength":300,"description":"{{about}}"} } }
        """);
}
