using System.Text.Json;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Prompting;
using Platform.Agents.Tools;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Nesting;

/// <summary>Hands a part of a question to another agent and waits for its answer: a run of its own, with the rights of the same person, its own tools and their policies, and what is left of the asking run's limits.</summary>
/// <param name="runs">Looked up late: agents have tools, of which this is one.</param>
internal sealed class AskAgentTool(Lazy<NestedRuns> runs) : AgentTool
{
    public const string ToolName = ToolNames.AskAgent;

    /// <summary>An agent that a person started asks others, and those others once more; no deeper.</summary>
    public const int MaxDepth = 2;

    private const int MaxAbout = 200;

    private JsonElement parameters = Schema([]);
    private string among = "";
    private PromptWords words = PromptWords.In(AnswerLanguage.English);

    public override string Name => ToolName;

    public override string Description => DescriptionIn(words.Language);

    public override JsonElement Parameters => parameters;

    public override ToolGroup Group => ToolGroup.Agents;

    /// <summary>Asking again for the same call gives the same run: it may be repeated, whatever the agent's own tools do.</summary>
    public override ToolEffects Effects => ToolEffects.Reads;

    /// <summary>The limits of the run end it first.</summary>
    public override TimeSpan Timeout => TimeSpan.FromHours(2);

    /// <summary>The tool for an agent that may ask these others; null where none of them can be asked. What their makers say of them is untrusted.</summary>
    public async Task<AskAgentTool?> AmongAsync(IReadOnlyList<string> slugs, Caller caller, PromptWords told, CancellationToken cancellation)
    {
        List<AgentDefinition> known = [];
        foreach (var slug in slugs.Distinct())
        {
            try
            {
                known.Add((await runs.Value.AgentAsync(caller, slug, cancellation)).Definition with { Slug = slug });
            }
            catch (NotFoundException)
            {
                continue; // deleted, or not for this person
            }
        }
        return known.Count == 0 ? null : new(runs)
        {
            parameters = Schema([.. known.Select(agent => agent.Slug)]), among = string.Join("; ", known.Select(About)), words = told,
        };
    }

    internal override string DescriptionIn(AnswerLanguage language)
    {
        var told = PromptWords.In(language);
        return told.AskAgent + (among.Length == 0 ? "" : told.AgentsToAsk(among));
    }

    public override Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation) =>
        runs.Value.AskAsync(arguments.GetProperty("agent").GetString()!, arguments.GetProperty("task").GetString()!, scope, cancellation);

    private static string About(AgentDefinition agent)
    {
        var words = UntrustedText.ForPrompt(agent.Description).ReplaceLineEndings(" ").Trim().TrimEnd('.');
        return words.Length == 0 ? agent.Slug : $"{agent.Slug} ({ShortText.Of(words, MaxAbout)})";
    }

    private static JsonElement Schema(IReadOnlyList<string> slugs)
    {
        var agent = slugs.Count == 0 ? """{"type":"string"}""" : $$"""{"enum":{{JsonSerializer.Serialize(slugs)}} }""";
        return JsonElement.Parse($$"""
            {"type":"object","additionalProperties":false,"required":["agent","task"],"properties":{
              "agent":{{agent}},"task":{"type":"string","minLength":1,"maxLength":4000} } }
            """);
    }
}
