using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Agents.Runs;

namespace Platform.Agents.Definitions;

/// <summary>A field in which two definitions differ, with its JSON in each; null where it is absent.</summary>
public sealed record DefinitionChange(string Path, string? Before, string? After);

/// <summary>Compares definitions field by field.</summary>
public static class DefinitionDiff
{
    /// <summary>In the order of the later definition's fields.</summary>
    public static IReadOnlyList<DefinitionChange> Between(AgentDefinition before, AgentDefinition after)
    {
        List<DefinitionChange> changes = [];
        Compare("", JsonSerializer.SerializeToNode(before, RunJson.Options), JsonSerializer.SerializeToNode(after, RunJson.Options), changes);
        return changes;
    }

    private static void Compare(string path, JsonNode? before, JsonNode? after, List<DefinitionChange> changes)
    {
        if (JsonNode.DeepEquals(before, after))
            return;
        if (before is JsonObject left && after is JsonObject right)
        {
            foreach (var name in right.Select(field => field.Key).Union(left.Select(field => field.Key)))
                Compare(path.Length == 0 ? name : $"{path}.{name}", left[name], right[name], changes);
        }
        else if (before is JsonArray first && after is JsonArray second)
        {
            for (var i = 0; i < Math.Max(first.Count, second.Count); i++)
                Compare($"{path}[{i}]", i < first.Count ? first[i] : null, i < second.Count ? second[i] : null, changes);
        }
        else
        {
            changes.Add(new(path, before?.ToJsonString(RunJson.Options), after?.ToJsonString(RunJson.Options)));
        }
    }
}
