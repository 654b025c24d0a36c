using System.Text.Json;
using Platform.Agents.Tools;

namespace Platform.Web.Tests.Agents;

/// <summary>A tool that is only listed.</summary>
internal sealed class Named(string name, ToolEffects effects, ToolGroup group = ToolGroup.BuiltIn, string origin = "") : AgentTool
{
    public override string Origin => origin;

    public override ToolGroup Group => group;

    public override string Name => name;

    public override string Description => "";

    public override JsonElement Parameters => default;

    public override ToolEffects Effects => effects;

    public override Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation) => throw new NotSupportedException("It is only listed.");
}
