using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Agents.Runs;

namespace Platform.Agents.Planning;

/// <summary>A step of a plan.</summary>
/// <param name="Id">Unique in the run, such as p1.</param>
/// <param name="Tool">The tool that it calls; empty for one that only thinks.</param>
/// <param name="Inputs">The tool's arguments where they are known beforehand; null where they come from earlier steps.</param>
/// <param name="DependsOn">Ids of the steps that must be done before.</param>
/// <param name="DoneWhen">How to tell that it is done.</param>
/// <param name="Skip">Left out by a person; what depends on it goes on without.</param>
public sealed record PlanStep(string Id, string Goal, string Tool, JsonElement? Inputs, IReadOnlyList<string> DependsOn, string DoneWhen, bool Skip = false);

/// <summary>A plan of a run. Each change of it is a further version.</summary>
public sealed record Plan(int Version, IReadOnlyList<PlanStep> Steps);

/// <summary>Stored by name: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<PlanChangeKind>))]
public enum PlanChangeKind { Added, Changed, Removed, Moved }

/// <summary>How a version differs from the one before it. Moved: the step is the same and stands elsewhere.</summary>
public sealed record PlanChange(string StepId, PlanChangeKind Kind);

/// <summary>plan.created and plan.updated: the whole plan, and how it differs from the version before.</summary>
/// <param name="Reason">Why there is another version; empty for the first.</param>
public sealed record PlanData(Plan Plan, IReadOnlyList<PlanChange> Changes, string Reason)
{
    /// <summary>The reason of a version that a person made.</summary>
    public const string Edited = "edited";
}

/// <summary>Compares plans.</summary>
internal static class PlanDiff
{
    public static IReadOnlyList<PlanChange> Between(Plan? before, Plan after)
    {
        var old = (before?.Steps ?? []).ToDictionary(step => step.Id);
        var now = after.Steps.Select(step => step.Id).ToHashSet();
        return
        [
            .. after.Steps.Where(step => !old.TryGetValue(step.Id, out var was) || Text(was) != Text(step))
                .Select(step => new PlanChange(step.Id, old.ContainsKey(step.Id) ? PlanChangeKind.Changed : PlanChangeKind.Added)),
            .. old.Keys.Where(id => !now.Contains(id)).Select(id => new PlanChange(id, PlanChangeKind.Removed)),
            .. Moved([.. (before?.Steps ?? []).Select(step => step.Id).Where(now.Contains)], [.. after.Steps.Where(step => old.ContainsKey(step.Id))])
                .Where(step => Text(old[step.Id]) == Text(step)).Select(step => new PlanChange(step.Id, PlanChangeKind.Moved)),
        ];
    }

    /// <summary>The fewest steps without which the others stand in the order that they had.</summary>
    private static IEnumerable<PlanStep> Moved(IReadOnlyList<string> before, IReadOnlyList<PlanStep> after)
    {
        var place = before.Select((id, at) => (Id: id, At: at)).ToDictionary(step => step.Id, step => step.At);
        List<PlanStep[]> rows = []; // for each step, the longest row in the old order that ends with it
        foreach (var step in after)
            rows.Add([.. rows.Where(row => place[row[^1].Id] < place[step.Id]).MaxBy(row => row.Length) ?? [], step]);
        var stayed = (rows.MaxBy(row => row.Length) ?? []).Select(step => step.Id).ToHashSet();
        return after.Where(step => !stayed.Contains(step.Id));
    }

    private static string Text(PlanStep step) => RunJson.Write(step);
}
