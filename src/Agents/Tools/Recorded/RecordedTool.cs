using System.Text.Json;
using Platform.Agents.Answering;

namespace Platform.Agents.Tools.Recorded;

/// <summary>Stands in the place of a tool and gives what was recorded. One that only computes is called where nothing was; any other is never called.</summary>
internal sealed class RecordedTool(string name, AgentTool? real, IReadOnlyList<RecordedCall> recorded) : AgentTool
{
    private static readonly JsonElement Anything = JsonElement.Parse("""{"type":"object"}""");

    public override string Name => name;

    public override string Description => DescriptionIn(AnswerLanguage.English);

    internal override string DescriptionIn(AnswerLanguage language) => real?.DescriptionIn(language) ?? ToolTexts.In(language).NotHere;

    public override JsonElement Parameters => real?.Parameters ?? Anything;

    internal override JsonElement ParametersIn(AnswerLanguage language) => real?.ParametersIn(language) ?? Anything;

    /// <summary>Whatever the tool does, giving a record does nothing.</summary>
    public override ToolEffects Effects => ToolEffects.None;

    internal override bool StandsForWriting => real is not null && (real.Effects & ToolEffects.Writes) != 0;

    public override Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation)
    {
        var key = ArgumentKey.Of(arguments);
        var own = recorded.Where(call => call.Tool == name).ToList();
        var found = own.FirstOrDefault(call => call.Arguments is { } given && ArgumentKey.Of(given) == key);
        if (found is null && real is { Effects: ToolEffects.None })
            return real.RunAsync(arguments, scope, cancellation);
        found ??= own.FirstOrDefault(call => call.Arguments is null);
        return Task.FromResult(found is null ? ToolOutcome.Failed(ToolTexts.In(scope.Language).NothingRecorded, ToolFailure.NotRecorded) : new ToolOutcome(found.Text, found.Data, found.Citations ?? [], found.IsError) { IsEmpty = found.IsEmpty });
    }
}
