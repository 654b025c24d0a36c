using System.Text.Json.Nodes;

namespace Platform.ModelHost.Engine.Grammars.Schemas;

/// <summary>Objects: the properties in the schema's order, the optional ones left out at will, then free ones where `additionalProperties` says so (absent, it says so only for an object without properties).</summary>
internal static class ObjectRules
{
    private const int MostProperties = 500, LongestName = 256;

    internal static string Of(SchemaCompiler compiler, JsonObject schema, string at)
    {
        var additional = schema["additionalProperties"];
        var members = Properties(schema, at).Select(p => (p.Name, Rule: Member(compiler, p.Name, p.Schema, p.At), p.IsRequired)).ToList();
        if (members.Count == 0 && (additional is null || SchemaKeywords.IsTrue(additional))) { return compiler.Json.Object; }
        var (draft, json) = (compiler.Draft, compiler.Json);
        var free = additional is null || SchemaKeywords.IsFalse(additional) ? ""
            : draft.Rule("member", $"{FreeName(draft, json, [.. members.Select(m => m.Name)])} {json.Colon} {compiler.Compile(additional, at.Below("additionalProperties"))}");
        var after = free.Length > 0 ? draft.Rule("more", $"({json.Comma} {free})*") : ""; // when a property stands before it
        var begin = free.Length > 0 ? draft.Rule("more", $"({free} {after})?") : ""; // when none does
        foreach (var (_, member, isRequired) in Enumerable.Reverse(members))
        {
            var first = $"{member} {after}";
            begin = isRequired ? first : begin.Length == 0 ? $"({first})?" : $"({first} | {begin})";
            begin = draft.Rule("first", begin);
            after = draft.Rule("next", isRequired ? $"{json.Comma} {first}" : $"({json.Comma} {member})? {after}");
        }
        return draft.Rule("object", $"\"{{\" {begin} \"}}\"");
    }

    /// <summary>The properties in the schema's order, then those that are required and not described.</summary>
    internal static IEnumerable<(string Name, JsonNode? Schema, string At, bool IsRequired)> Properties(JsonObject schema, string at)
    {
        var additional = schema["additionalProperties"];
        var properties = SchemaKeywords.Object(schema, "properties", at) ?? [];
        var required = Required(schema, at);
        if (properties.Count + required.Count > MostProperties) { throw SchemaFault.At(at, $"there are {properties.Count} properties and {required.Count} required names; {MostProperties} together is the most."); }
        if (required.Concat(properties.Select(p => p.Key)).FirstOrDefault(name => name.Length > LongestName) is { } longest) { throw SchemaFault.At(at, $"a property's name has {longest.Length} characters; {LongestName} is the most."); }
        foreach (var (name, value) in properties)
        {
            if (SchemaKeywords.IsFalse(value) && !required.Contains(name)) { continue; }
            yield return (name, value, at.Below("properties").Below(name), required.Contains(name));
        }
        foreach (var name in required.Where(name => !properties.ContainsKey(name)))
        {
            if (SchemaKeywords.IsFalse(additional)) { throw SchemaFault.At(at.Below("required"), $"'{name}' is required, and additionalProperties forbids it."); }
            yield return (name, additional ?? JsonValue.Create(true), at.Below("required"), true);
        }
    }

    private static string Member(SchemaCompiler compiler, string name, JsonNode? value, string at) =>
        compiler.Draft.Rule("member", $"{GrammarDraft.Text(JsonTexts.Quoted(name))} {compiler.Json.Colon} {compiler.Compile(value, at)}");

    private static HashSet<string> Required(JsonObject schema, string at) =>
        schema["required"] is not { } node ? []
        : node is JsonArray list && list.All(n => n is JsonValue value && value.TryGetValue<string>(out _)) ? [.. list.Select(n => n!.GetValue<string>())]
        : throw SchemaFault.At(at.Below("required"), "it must be a list of names.");

    /// <summary>A quoted name that is none of the taken ones. It is written without escapes, so that a taken name cannot hide in one.</summary>
    private static string FreeName(GrammarDraft draft, JsonRules json, IReadOnlyList<string> taken)
    {
        if (taken.Count == 0) { return json.String; }
        return $"\"\\\"\" {Rest([.. taken.Select(name => name.EnumerateRunes().Select(r => r.Value).ToArray())], 0)} \"\\\"\"";

        string Rest(int[][] names, int depth)
        {
            var plain = draft.Rule("plain", GrammarDraft.Class(JsonRules.Plain));
            var nexts = names.Where(name => name.Length > depth && JsonRules.Plain.Contains(name[depth])).GroupBy(name => name[depth]).ToArray();
            var others = JsonRules.Plain.Except(CharSet.Of(nexts.Select(group => (group.Key, group.Key))));
            var ways = nexts.Select(group => $"{GrammarDraft.Class(CharSet.Of((group.Key, group.Key)))} {Rest([.. group], depth + 1)}").Append($"{GrammarDraft.Class(others)} {plain}*");
            var body = string.Join(" | ", ways);
            return draft.Rule("name", names.Any(name => name.Length == depth) ? body : $"({body})?");
        }
    }
}
