using System.Text.Json;
using Platform.Agents.Tools;

namespace Platform.Agents.Tests.Tools;

/// <summary>A tool that does what the test says.</summary>
internal sealed class GivenTool(string name, Func<JsonElement, CancellationToken, Task<ToolOutcome>> run, TimeSpan? timeout = null, ToolEffects effects = ToolEffects.None) : AgentTool
{
    public override string Name => name;

    public override string Description => "Does what the test says.";

    public override JsonElement Parameters { get; } = JsonElement.Parse("""{"type":"object","properties":{},"additionalProperties":false}""");

    public override ToolEffects Effects => effects;

    public override TimeSpan Timeout => timeout ?? base.Timeout;

    public override Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation) => run(arguments, cancellation);
}
