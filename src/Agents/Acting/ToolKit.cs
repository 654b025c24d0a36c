using System.Text.Json;
using Microsoft.Extensions.AI;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Nesting;
using Platform.Agents.Planning;
using Platform.Agents.Prompting;
using Platform.Agents.Tools;
using Platform.Agents.Tools.Recorded;
using Platform.Retrieval.Access;

namespace Platform.Agents.Acting;

/// <summary>The tools that an agent may use, with the policy of each.</summary>
/// <param name="words">In which the model is told of them.</param>
internal sealed class ToolKit(PromptWords words)
{
    private readonly Dictionary<string, (AgentTool Tool, ToolSetting Setting)> tools = new(StringComparer.Ordinal);

    private readonly List<string> away = [];
    private bool plans, asksBeyondPlan;

    public PromptWords Words => words;

    public IReadOnlyList<AgentTool> Tools => [.. tools.Values.Select(t => t.Tool)];

    /// <summary>Tools of the agent that this installation has not, or cannot reach now.</summary>
    public IReadOnlyList<string> Away => away;

    /// <summary>As the model is told of them.</summary>
    public IList<AITool> Offered => [.. tools.Values.Select(t => (AITool)new OfferedTool(t.Tool, words.Language))];

    /// <summary>The agent's tools as they are here now; a run goes on without one that is away, for its question may not need it.</summary>
    public static async Task<ToolKit> OfAsync(AgentTask task, Caller caller, ToolCatalog catalog, PromptWords words, CancellationToken cancellation)
    {
        var definition = task.Definition;
        ToolKit kit = new(words) { plans = definition.Planning != PlanningMode.None, asksBeyondPlan = definition.Planning == PlanningMode.AskBeforePlan && task.Recorded is null };
        foreach (var setting in definition.Tools.Where(t => t.Policy != ToolPolicy.Never))
        {
            var here = await FindAsync(setting.Name, task, caller, catalog, words, cancellation);
            if (task.Recorded is { } recorded)
            {
                kit.tools[setting.Name] = (new RecordedTool(setting.Name, here, recorded), setting with { Policy = ToolPolicy.Always });
                continue;
            }
            if (here is not null)
                kit.tools[here.Name] = (here, setting);
            else if (setting.Name != AskAgentTool.ToolName) // there, nobody is to be asked
                kit.away.Add(setting.Name);
        }
        return kit;
    }

    /// <summary>A tool as it is for this agent: another agent can be asked only among those that it may ask. Null where it is not here now, or there is nobody to ask.</summary>
    public static async Task<AgentTool?> FindAsync(string name, AgentTask task, Caller caller, ToolCatalog catalog, PromptWords words, CancellationToken cancellation) =>
        await catalog.FindAsync(name, cancellation) switch
        {
            AskAgentTool asks => task.Depth < AskAgentTool.MaxDepth ? await asks.AmongAsync(task.Definition.Agents, caller, words, cancellation) : null,
            var found => found,
        };

    /// <summary>The tool under that name if the agent has it.</summary>
    public AgentTool? Find(string name) => tools.TryGetValue(name, out var found) ? found.Tool : plans && name == ChangePlanTool.ToolName ? ChangePlanTool.Only : null;

    /// <summary>Whether a person decides about a call. Of an agent whose plans are approved they decide too about what acts, or leaves the machine, and stands in no plan with the arguments that it is called with.</summary>
    public bool MustAsk(AgentTool tool, bool isPlanned) => tools.TryGetValue(tool.Name, out var found)
        && (found.Setting.PolicyFor(found.Tool) == ToolPolicy.Ask || found.Tool.AlwaysAsks || (asksBeyondPlan && !isPlanned && (tool.Effects & (ToolEffects.Writes | ToolEffects.Network)) != 0));

    /// <summary>What a tool always runs for, where it does more by now and is asked about for that; null where it is not.</summary>
    public ToolEffects? Exceeded(AgentTool tool) => tools.TryGetValue(tool.Name, out var found) && found.Setting.Policy == ToolPolicy.Always && found.Setting.PolicyFor(found.Tool) == ToolPolicy.Ask ? found.Setting.Given : null;

    /// <summary>What is wrong with a call; null when it can be made.</summary>
    public string? Fault(string name, JsonElement arguments) =>
        away.Contains(name) ? words.ToolIsAway(name)
        : Find(name) is not { } tool ? words.NoSuchTool(Findings.Short(name), string.Join(", ", tools.Keys))
        : ArgumentCheck.Fault(tool.Parameters, arguments, ToolTexts.In(words.Language)) is { } fault ? words.WrongArguments(name, fault)
        : null;

    private sealed class OfferedTool(AgentTool tool, AnswerLanguage language) : AIFunctionDeclaration
    {
        public override string Name => tool.Name;

        public override string Description => tool.DescriptionIn(language);

        public override JsonElement JsonSchema => tool.ParametersIn(language);
    }
}
