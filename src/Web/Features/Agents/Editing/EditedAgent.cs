using Platform.Agents.Definitions;
using Platform.Agents.Tools;

namespace Platform.Web.Features.Agents.Editing;

/// <summary>A definition while it is edited: what is stored, what stands in the form, and what is wrong with that.</summary>
public sealed class EditedAgent(AgentDefinition definition)
{
    private AgentDefinition stored = definition;

    /// <summary>Raised after each change.</summary>
    public event Action? Changed;

    /// <summary>As it was stored when the form began with it, or was saved.</summary>
    public AgentDefinition Begun => stored;

    /// <summary>As it stands in the form.</summary>
    public AgentDefinition Now { get; private set; } = definition;

    /// <summary>Whether the form holds what is not stored.</summary>
    public bool IsUnsaved { get; private set; }

    /// <summary>Everything that is wrong with it now.</summary>
    public IReadOnlyList<DefinitionFault> Faults { get; private set; } = DefinitionCheck.Faults(definition);

    /// <summary>Puts another definition into the form.</summary>
    public void Change(AgentDefinition next)
    {
        Now = next;
        Faults = DefinitionCheck.Faults(next);
        IsUnsaved = DefinitionDiff.Between(stored, next).Count > 0;
        Changed?.Invoke();
    }

    /// <summary>This is stored now; the form may have gone on meanwhile.</summary>
    public void Stored(AgentDefinition saved)
    {
        stored = saved;
        Change(Now);
    }

    /// <summary>Something else is stored now, and the form shows it.</summary>
    public void Replace(AgentDefinition other)
    {
        stored = other;
        Change(other);
    }

    /// <summary>Names of tools that it is to use and that are not among these.</summary>
    public IReadOnlyList<string> ToolsAway(IEnumerable<AgentTool> here) => [.. Now.Tools.Where(setting => setting.Policy != ToolPolicy.Never).Select(setting => setting.Name).Except(here.Select(tool => tool.Name))];

    /// <summary>Takes tools out of it.</summary>
    public void TakeOut(IReadOnlyCollection<string> tools) => Change(Now with { Tools = [.. Now.Tools.Where(setting => !tools.Contains(setting.Name))] });

    /// <summary>The first fault of a field, by its path in the JSON.</summary>
    public DefinitionFault? At(string path) => Faults.FirstOrDefault(fault => fault.Path == path);

    /// <summary>Whether anything is wrong with these fields or what is in them.</summary>
    public bool IsWrong(params IEnumerable<string> paths) => paths.Any(path => Faults.Any(fault => fault.Path == path || fault.Path.StartsWith($"{path}.", StringComparison.Ordinal) || fault.Path.StartsWith($"{path}[", StringComparison.Ordinal)));
}
