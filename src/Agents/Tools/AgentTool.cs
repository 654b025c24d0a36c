using System.Text.Json;
using Platform.Agents.Answering;

namespace Platform.Agents.Tools;

/// <summary>What a tool does beyond computing. Stored by name: append only.</summary>
[Flags]
public enum ToolEffects
{
    None = 0,

    /// <summary>It reads data of this installation, with the caller's rights.</summary>
    Reads = 1,

    /// <summary>It changes something, here or elsewhere: it must never run twice for one decision.</summary>
    Writes = 2,

    /// <summary>It sends something to another machine.</summary>
    Network = 4,
}

/// <summary>What a tool belongs to, in lists of tools.</summary>
public enum ToolGroup { Knowledge, BuiltIn, Agents, McpServer, Api }

/// <summary>One thing that an agent can do. Called through <see cref="ToolCatalog"/>, which checks the arguments first.</summary>
/// <remarks>
/// Arguments are written by a model and what comes back may be written by strangers: both are untrusted. A tool checks the rights of the caller itself and never trusts the agent's settings for it.
/// </remarks>
public abstract class AgentTool
{
    /// <summary>^[a-z][a-z0-9_]{0,63}$, unique in the installation.</summary>
    public abstract string Name { get; }

    /// <summary>What it is for, to the model: one or two short sentences.</summary>
    public abstract string Description { get; }

    /// <summary>The same to a model that is asked in a language; a stranger's tool has but its own words.</summary>
    internal virtual string DescriptionIn(AnswerLanguage language) => Description;

    /// <summary>JSON Schema of the arguments: an object, in the subset that <see cref="ArgumentCheck"/> reads.</summary>
    public abstract JsonElement Parameters { get; }

    /// <summary>The same, with what it says of them in a language.</summary>
    internal virtual JsonElement ParametersIn(AnswerLanguage language) => Parameters;

    public abstract ToolEffects Effects { get; }

    /// <summary>Whether it gives what was recorded of a tool that writes: a run goes on from it as from the tool.</summary>
    internal virtual bool StandsForWriting => false;

    /// <summary>Where it comes from: empty when it is built in, else the name of an MCP server or of an imported API.</summary>
    public virtual string Origin => "";

    /// <summary>What it is called there; empty when it is built in. Untrusted.</summary>
    public virtual string OwnName => "";

    /// <summary>What it says of itself in the place of its name, to people; empty for nothing else than that. Untrusted: it may say anything, and is never shown without the name.</summary>
    public virtual string Title => "";

    /// <summary>Several servers, and several APIs, are told apart by <see cref="Origin"/>.</summary>
    public virtual ToolGroup Group => ToolGroup.BuiltIn;

    /// <summary>Whether a person decides about each call, whatever policy an agent has for it.</summary>
    public virtual bool AlwaysAsks => false;

    /// <summary>The longest that a call may take; then it is stopped, and that is its outcome. Default 30 seconds.</summary>
    public virtual TimeSpan Timeout => TimeSpan.FromSeconds(30);

    /// <summary>Arguments already fit the schema. A call that cannot be done is an outcome with IsError and a sentence that says what to do; only cancellation is thrown.</summary>
    public abstract Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation);
}
