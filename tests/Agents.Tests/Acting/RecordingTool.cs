using System.Collections.Concurrent;
using System.Text.Json;
using Platform.Agents.Tools;

namespace Platform.Agents.Tests.Acting;

/// <summary>A tool with one text argument, or one of a single word, that keeps what it is called with and does what a test says.</summary>
internal sealed class RecordingTool(string name, ToolEffects effects = ToolEffects.Reads, Func<string, ToolScope, CancellationToken, Task<ToolOutcome>>? act = null, string? only = null) : AgentTool
{
    /// <summary>The texts of the calls so far.</summary>
    public ConcurrentQueue<string> Calls { get; } = [];

    public override string Name => name;

    public override string Description => $"Does {name}.";

    public override JsonElement Parameters { get; } = JsonSerializer.SerializeToElement(new
    {
        type = "object", properties = new { text = only is null ? (object)new { type = "string", maxLength = 60 } : new { @enum = new[] { only } } }, required = new[] { "text" }, additionalProperties = false,
    });

    public override ToolEffects Effects => Does;

    /// <summary>What it says that it does, by now.</summary>
    public ToolEffects Does { get; set; } = effects;

    public override string Origin => From;

    /// <summary>The server that it is of; empty for a tool of the program.</summary>
    public string From { get; init; } = "";

    /// <summary>Of the agents one takes part of what its run may take.</summary>
    public override ToolGroup Group => In;

    public ToolGroup In { get; init; } = ToolGroup.BuiltIn;

    public override async Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation)
    {
        var text = arguments.GetProperty("text").GetString()!;
        Calls.Enqueue(text);
        return act is null ? ToolOutcome.Of($"{name} of {text}") : await act(text, scope, cancellation);
    }
}
