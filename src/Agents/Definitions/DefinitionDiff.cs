using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Agents.Runs;

namespace Platform.Agents.Definitions;

/// <summary>A field in which two definitions differ, with its JSON in each; null where it is absent. What has a name in a list stands under that: tools[calculator].policy.</summary>
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
            Compare(path, first, second, changes);
        }
        else
        {
            changes.Add(new(path, Json(before), Json(after)));
        }
    }

    // One taken out of the middle changes none of those after it.
    private static void Compare(string path, JsonArray before, JsonArray after, List<DefinitionChange> changes)
    {
        var (first, second) = (ByName(before), ByName(after));
        if (first is null || second is null)
        {
            if (before.Concat(after).All(item => item is JsonValue))
                changes.Add(new(path, Json(before), Json(after)));
            else
                for (var i = 0; i < Math.Max(before.Count, after.Count); i++)
                    Compare($"{path}[{i}]", i < before.Count ? before[i] : null, i < after.Count ? after[i] : null, changes);
            return;
        }
        foreach (var name in second.Keys.Union(first.Keys))
            Compare($"{path}[{name}]", first.GetValueOrDefault(name), second.GetValueOrDefault(name), changes);
        string[] were = [.. first.Keys.Where(second.ContainsKey)], are = [.. second.Keys.Where(first.ContainsKey)];
        if (!were.SequenceEqual(are))
            changes.Add(new(path, JsonSerializer.Serialize(were, RunJson.Options), JsonSerializer.Serialize(are, RunJson.Options)));
    }

    // Null where some have no name, or two the same; in order.
    private static OrderedDictionary<string, JsonNode>? ByName(JsonArray items)
    {
        OrderedDictionary<string, JsonNode> named = [];
        return items.All(item => item is JsonObject thing && thing["name"] is JsonValue name && name.TryGetValue<string>(out var text) && named.TryAdd(text, thing)) ? named : null;
    }

    private static string? Json(JsonNode? node) => node?.ToJsonString(RunJson.Options);
}
