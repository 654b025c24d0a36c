using System.Text.Json.Serialization;
using Platform.Agents.Runs;
using Platform.Agents.Tools;

namespace Platform.Agents.Definitions;

/// <summary>What a person sets of an agent. Stored and exported as JSON of these names: rename none. <see cref="DefinitionCheck"/> says what is allowed.</summary>
public sealed record AgentDefinition
{
    /// <summary>As people see it, 1 to 80 characters.</summary>
    public string Name { get; init; } = "";

    /// <summary>As programs name it (agent:slug): a small letter, then small letters, digits and hyphens, at most 64. Unique in the installation.</summary>
    public string Slug { get; init; } = "";
    public string Description { get; init; } = "";

    /// <summary>A few characters, such as an emoji; empty for the first letter of the name.</summary>
    public string Avatar { get; init; } = "";
    public IReadOnlyList<string> Tags { get; init; } = [];
    public ModelSettings Model { get; init; } = new();

    /// <summary>What the agent is to do, with variables ({{date}}, {{user.name}}).</summary>
    public string Instructions { get; init; } = "";
    public KnowledgeSettings Knowledge { get; init; } = new();

    /// <summary>The tools that it has; one that is not listed it has not.</summary>
    public IReadOnlyList<ToolSetting> Tools { get; init; } = [];

    /// <summary>Slugs of the agents that it may ask, where it has the tool for that (ask_agent).</summary>
    public IReadOnlyList<string> Agents { get; init; } = [];
    public PlanningMode Planning { get; init; }
    public RunLimits Limits { get; init; } = new();
    public PromptingSettings Prompting { get; init; } = new();
    public MemorySettings Memory { get; init; } = new();

    /// <summary>Questions offered to who begins.</summary>
    public IReadOnlyList<string> Starters { get; init; } = [];
}

/// <param name="Id">A served model's id, with its adapters' (base:adapter@version); empty for the model that answers questions.</param>
/// <param name="Adapters">Further adapters with the strength of each, where the id does not say it.</param>
/// <param name="MaxTokens">Most tokens of one text of the model.</param>
/// <param name="Effort">How long a model that thinks is to think; null for its own way.</param>
public sealed record ModelSettings(
    string Id = "", IReadOnlyList<AdapterSetting>? Adapters = null, double Temperature = 0.2, double TopP = 1, int MaxTokens = 768, long? Seed = null, IReadOnlyList<string>? Stop = null, ThinkingEffort? Effort = null)
{
    /// <summary>The same for another model, or with other adapters; null leaves them. Adapters are trained for one base, and do not go along to another.</summary>
    public ModelSettings With(string? model, IReadOnlyList<AdapterSetting>? adapters)
    {
        var id = model ?? Id;
        return this with { Id = id, Adapters = adapters ?? (Base(id) == Base(Id) ? Adapters : null) };

        static string Base(string of) => of.Split(':')[0];
    }
}

/// <param name="Scale">Strength, 0 to 2; 1 as trained.</param>
public sealed record AdapterSetting(string Name, double Scale = 1);

/// <summary>Stored by name: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<ThinkingEffort>))]
public enum ThinkingEffort { None, Low, Medium, High }

/// <param name="BaseIds">Bases that it searches; none means all that who asks may read.</param>
/// <param name="Top">Passages of one search.</param>
/// <param name="Threshold">Least relevance of a passage, 0 to 1.</param>
/// <param name="OnlyFromSources">Whether it is to say that the documents do not hold the answer rather than to answer from what the model knows.</param>
/// <param name="Citations">How its answers name their sources.</param>
public sealed record KnowledgeSettings(IReadOnlyList<Guid>? BaseIds = null, int Top = 6, double Threshold = 0, bool OnlyFromSources = true, CitationStyle Citations = CitationStyle.Numbered);

/// <summary>How answers name their sources. Numbered: by numbers in the text. Quoted: the cited passages word for word under the text, too. None: not at all. Stored by name: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<CitationStyle>))]
public enum CitationStyle { Numbered, Quoted, None }

/// <summary>Whether a tool runs. Ask: a person decides each time. Stored by name: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<ToolPolicy>))]
public enum ToolPolicy { Never, Ask, Always }

/// <summary>A tool of an agent, and whether it runs.</summary>
public sealed record ToolSetting(string Name, ToolPolicy Policy = ToolPolicy.Ask)
{
    // Of a setting that does not say: strangers may turn a tool that reads into one that writes, and never the other way unnoticed.
    private const ToolEffects Unsaid = ToolEffects.Reads | ToolEffects.Network;

    /// <summary>Of a stranger's tool that always runs: what it said that it does when a person chose that. Null for no more than reading, wherever that is; and for tools of the program, which change only with it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonConverter(typeof(CamelCaseNames<ToolEffects>))]
    public ToolEffects? AlwaysFor { get; init; }

    /// <summary>What it always runs for, said or not.</summary>
    [JsonIgnore]
    public ToolEffects Given => AlwaysFor ?? Unsaid;

    /// <summary>The choice of a person who sees the tool as it is.</summary>
    public static ToolSetting Of(AgentTool tool, ToolPolicy policy) => new(tool.Name, policy) { AlwaysFor = policy == ToolPolicy.Always && tool.Origin.Length > 0 ? tool.Effects : null };

    /// <summary>The policy that holds for the tool as it is: to ask, where it does more than it always runs for.</summary>
    public ToolPolicy PolicyFor(AgentTool tool) => Policy == ToolPolicy.Always && tool.Origin.Length > 0 && (tool.Effects & ~Given) != 0 ? ToolPolicy.Ask : Policy;
}

/// <summary>None: one decision after the other. PlanThenAct: a plan first, then its steps. AskBeforePlan: a person approves the plan first. Stored by name: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<PlanningMode>))]
public enum PlanningMode { None, PlanThenAct, AskBeforePlan }

/// <summary>Where a run is ended with an answer from what it has by then.</summary>
/// <param name="Steps">Decisions of the model.</param>
/// <param name="Tokens">Read and written by the model, together.</param>
/// <param name="Seconds">Of work; waiting for a person does not count.</param>
/// <param name="ToolCalls">Calls of tools that are made, those of agents that it asks included.</param>
/// <param name="Parallel">Whether calls and steps that do not wait for each other may run side by side.</param>
public sealed record RunLimits(int Steps = 8, int Tokens = 60_000, int Seconds = 240, bool Parallel = true, int ToolCalls = 40);

/// <summary>Whether the model is to reason in writing before it answers, kept apart from the answer. FewShot: shown by demonstrations. Stored by name: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<ReasoningMode>))]
public enum ReasoningMode { None, ZeroShot, FewShot }

/// <summary>Order of the chosen demonstrations in the prompt. Models lean on what stands last. Stored by name: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<DemonstrationOrder>))]
public enum DemonstrationOrder { NearestLast, NearestFirst, AsListed }

/// <summary>How a section of a prompt begins and ends: under a heading of Markdown; between tags; after its name, between triple quotes. Stored by name: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<SectionStyle>))]
public enum SectionStyle { Headings, Tags, Quotes }

/// <summary>An example of a good answer.</summary>
/// <param name="Reasoning">How it comes about; shown where the model is to reason too.</param>
public sealed record Demonstration(string Question, string Answer, string Reasoning = "");

/// <param name="Demonstrations">The store that examples are chosen from.</param>
/// <param name="Shown">How many of them a prompt has: the nearest to the question by meaning.</param>
/// <param name="Sections">How the sections of a prompt are told apart.</param>
/// <param name="Samples">Answers that are written for one question, of which the most frequent is taken; 1 for one.</param>
public sealed record PromptingSettings(
    ReasoningMode Reasoning = ReasoningMode.None, IReadOnlyList<Demonstration>? Demonstrations = null, int Shown = 3, DemonstrationOrder Order = DemonstrationOrder.NearestLast, int Samples = 1, SectionStyle Sections = SectionStyle.Headings);

/// <summary>What it remembers beyond one question: nothing; its conversation; also what it was told to keep for the person, or for all who use it. Stored by name: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<MemoryScope>))]
public enum MemoryScope { None, Conversation, User, Shared }

/// <param name="WindowTokens">Tokens of the conversation that are read word for word.</param>
public sealed record MemorySettings(MemoryScope Scope = MemoryScope.Conversation, int WindowTokens = 1500);
