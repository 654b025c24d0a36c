using Platform.Agents.Definitions;
using Platform.Agents.Testing;

namespace Platform.Web.Features.Agents.Suites;

/// <summary>A model with an adapter at one strength, while a person sets it.</summary>
public sealed class TargetDraft
{
    /// <summary>Empty for the agent's own.</summary>
    public string Model { get; set; } = "";

    /// <summary>The adapter, such as legal@2.</summary>
    public string Adapter { get; set; } = "";

    /// <summary>0 to 2; 1 as trained.</summary>
    public double Scale { get; set; } = 1;

    public bool IsComplete => Adapter.Trim().Length > 0 && Scale is >= 0 and <= 2;

    public TestTarget Written() => new(Model, [new AdapterSetting(Adapter.Trim(), Scale)]);
}
