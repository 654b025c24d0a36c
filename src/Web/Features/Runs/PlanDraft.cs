using System.Text.Json;
using Platform.Agents.Planning;
using Platform.Agents.Tools;

namespace Platform.Web.Features.Runs;

/// <summary>A step of a plan while a person writes it.</summary>
public sealed class PlanDraft
{
    private readonly PlanStep? before;

    private PlanDraft(string id, PlanStep? before) => (Id, this.before) = (id, before);

    public string Id { get; }

    /// <summary>Whether the plan has no such step yet.</summary>
    public bool IsNew => before is null;

    public string Goal { get; set; } = "";

    /// <summary>The tool that it calls; empty for thinking.</summary>
    public string Tool { get; set; } = "";

    /// <summary>JSON of what the tool is called with; empty where earlier steps bring it.</summary>
    public string Inputs { get; set; } = "";

    public string DoneWhen { get; set; } = "";

    public HashSet<string> After { get; } = [];

    /// <summary>Why the tool would not take what was typed; null where it would, or a field says it.</summary>
    public string? Refused { get; private set; }

    /// <summary>What is typed as inputs is not a JSON object.</summary>
    public bool IsFaulty => Inputs.Trim().Length > 0 && ReadInputs() is null;

    public bool IsComplete => Goal.Trim().Length > 0 && !IsFaulty;

    public static PlanDraft Of(PlanStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        PlanDraft draft = new(step.Id, step)
        {
            Goal = step.Goal, Tool = step.Tool, DoneWhen = step.DoneWhen, Inputs = step.Inputs is { ValueKind: JsonValueKind.Object } inputs ? ArgumentForm.Pretty(inputs) : "",
        };
        draft.After.UnionWith(step.DependsOn);
        return draft;
    }

    /// <summary>One to come after the last step, under an id that no version of the plan has used.</summary>
    public static PlanDraft New(IReadOnlyList<PlanData> versions)
    {
        var used = versions.SelectMany(version => version.Plan.Steps).Select(step => step.Id).ToHashSet();
        PlanDraft draft = new(Enumerable.Range(1, used.Count + 1).Select(i => $"p{i}").First(id => !used.Contains(id)), null);
        if (versions is [.., { Plan.Steps: [.., var last] }])
        {
            draft.After.Add(last.Id);
        }
        return draft;
    }

    /// <summary>Takes what is typed in the tool's own fields as inputs, checked as a call's arguments are; nothing typed leaves them to earlier steps, and what nobody touched stays. False where the tool would not take them.</summary>
    public bool Take(ArgumentForm typed, JsonElement schema)
    {
        ArgumentNullException.ThrowIfNull(typed);
        Refused = null;
        if (typed.IsEmpty && (Inputs.Length == 0 || typed.Read().Changed))
        {
            Inputs = "";
            return true;
        }
        if (typed.Read().Arguments is not { } inputs)
        {
            return false;
        }
        Inputs = inputs.GetRawText();
        Refused = ArgumentCheck.Fault(schema, inputs);
        return Refused is null;
    }

    /// <summary>What is typed for one tool is nothing to another.</summary>
    public void ForgetInputs() => (Inputs, Refused) = ("", null);

    /// <summary>The steps with this one as it is written now.</summary>
    public IReadOnlyList<PlanStep> In(IReadOnlyList<PlanStep> steps)
    {
        PlanStep written = new(Id, Goal.Trim(), Tool.Trim(), ReadInputs(), [.. steps.Select(step => step.Id).Where(After.Contains)], DoneWhen.Trim(), before?.Skip ?? false);
        return IsNew ? [.. steps, written] : [.. steps.Select(step => step.Id == Id ? written : step)];
    }

    /// <summary>The steps with another of them left out, or taken in again.</summary>
    public static IReadOnlyList<PlanStep> Skipping(IReadOnlyList<PlanStep> steps, string id) => [.. steps.Select(step => step.Id == id ? step with { Skip = !step.Skip } : step)];

    /// <summary>The steps with one of them at another place, from 0.</summary>
    public static IReadOnlyList<PlanStep> Moving(IReadOnlyList<PlanStep> steps, string id, int to)
    {
        List<PlanStep> left = [.. steps.Where(step => step.Id != id)];
        left.InsertRange(Math.Clamp(to, 0, left.Count), steps.Where(step => step.Id == id));
        return left;
    }

    /// <summary>The steps without one; those that waited for it wait for what it waited for.</summary>
    public static IReadOnlyList<PlanStep> Without(IReadOnlyList<PlanStep> steps, string id)
    {
        var waited = steps.FirstOrDefault(step => step.Id == id)?.DependsOn ?? [];
        return [.. steps.Where(step => step.Id != id).Select(step => step.DependsOn.Contains(id) ? step with { DependsOn = [.. step.DependsOn.Where(on => on != id).Union(waited)] } : step)];
    }

    private JsonElement? ReadInputs() => ArgumentForm.ObjectIn(Inputs);
}
