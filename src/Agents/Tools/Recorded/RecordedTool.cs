using System.Text.Json;

namespace Platform.Agents.Tools.Recorded;

/// <summary>Stands in the place of a tool and gives what was recorded. One that only computes is called where nothing was; any other is never called.</summary>
internal sealed class RecordedTool(string name, AgentTool? real, IReadOnlyList<RecordedCall> recorded) : AgentTool
{
    /// <summary>What a call is answered with for which nothing was recorded.</summary>
    public const string Missing = "Nothing was recorded for this call.";

    private static readonly JsonElement Anything = JsonElement.Parse("""{"type":"object"}""");

    public override string Name => name;

    public override string Description => real?.Description ?? "A tool that is not here now.";

    public override JsonElement Parameters => real?.Parameters ?? Anything;

    /// <summary>Whatever the tool does, giving a record does nothing.</summary>
    public override ToolEffects Effects => ToolEffects.None;

    public override Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation)
    {
        var key = ArgumentKey.Of(arguments);
        var own = recorded.Where(call => call.Tool == name).ToList();
        var found = own.FirstOrDefault(call => call.Arguments is { } given && ArgumentKey.Of(given) == key);
        if (found is null && real is { Effects: ToolEffects.None })
            return real.RunAsync(arguments, scope, cancellation);
        found ??= own.FirstOrDefault(call => call.Arguments is null);
        return Task.FromResult(found is null ? ToolOutcome.Failed(Missing, ToolFailure.NotRecorded) : new ToolOutcome(found.Text, found.Data, found.Citations ?? [], found.IsError) { IsEmpty = found.IsEmpty });
    }
}
