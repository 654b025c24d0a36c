using System.Text.Json;
using Microsoft.Extensions.AI;
using Platform.Agents.Answering;
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
    public static AITool Offered { get; } = AIFunctionFactory.CreateDeclaration(Only.Name, Only.Description, Only.Parameters);

    public override string Name => ToolName;

    public override string Description => "Only where a result shows that the plan is wrong: says why, and the plan is made anew.";

    public override JsonElement Parameters { get; } = JsonElement.Parse("""
        {"type":"object","additionalProperties":false,"required":["why"],"properties":{"why":{"type":"string","minLength":1,"maxLength":300,"description":"The new fact, in a few words"}}}
        """);

    public override ToolEffects Effects => ToolEffects.None;

    public override Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation) =>
        Task.FromResult(ToolOutcome.Failed($"New facts: {UntrustedText.ForPrompt(arguments.GetProperty("why").GetString()!)}", ToolFailure.NewFacts));
}
