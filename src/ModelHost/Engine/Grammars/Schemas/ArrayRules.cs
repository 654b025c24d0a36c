using System.Text.Json.Nodes;

namespace Platform.ModelHost.Engine.Grammars.Schemas;

/// <summary>Arrays: the first items one by one (`prefixItems`), then items of one kind. Without `items`, nothing comes after the first items unless `minItems` asks for it.</summary>
internal static class ArrayRules
{
    private const int MostItems = 10_000;

    internal static string Of(SchemaCompiler compiler, JsonObject schema, string at)
    {
        var prefix = SchemaKeywords.List(schema, "prefixItems", at);
        var first = prefix?.Select((item, i) => compiler.Compile(item, at.Below("prefixItems", i))).ToArray() ?? [];
        var (least, most) = (SchemaKeywords.Count(schema, "minItems", at) ?? 0, SchemaKeywords.Count(schema, "maxItems", at));
        if (most < least) { throw SchemaFault.At(at.Below("maxItems"), $"{most} is less than the minItems of {least}, so nothing fits."); }
        if (least > MostItems || most > MostItems) { throw SchemaFault.At(at.Below(least > MostItems ? "minItems" : "maxItems"), $"{MostItems} items is the most that can be counted. Leave it out, or lower it."); }
        var items = schema["items"];
        if (SchemaKeywords.IsFalse(items) || (items is null && prefix is not null && least <= first.Length)) { most = Math.Min(most ?? first.Length, first.Length); }
        if (most < least) { throw SchemaFault.At(at.Below("minItems"), $"{least} items are asked for, and only {most} can be there."); }
        return compiler.Draft.Rule("array", $"\"[\" {Items(compiler, first, () => compiler.Compile(items ?? JsonValue.Create(true), at.Below("items")), least, most)} \"]\"");
    }

    /// <summary>From the last of the first items to the first: each one with what may follow it.</summary>
    private static string Items(SchemaCompiler compiler, string[] first, Func<string> compileRest, int least, int? most)
    {
        var comma = compiler.Json.Comma;
        if (most == 0) { return ""; }
        var listed = Math.Min(first.Length, most ?? int.MaxValue);
        var tail = "";
        if (most is null || most > listed)
        {
            var rest = compileRest();
            if (listed == 0)
            {
                var all = $"{rest} {compiler.Draft.Repeat($"({comma} {rest})", Math.Max(0, least - 1), most - 1)}";
                return least > 0 ? all : $"({all})?";
            }
            tail = compiler.Draft.Repeat($"({comma} {rest})", Math.Max(0, least - listed), most - listed);
        }
        for (var i = listed - 1; i >= 0; i--)
        {
            var body = $"{(i > 0 ? comma + " " : "")}{first[i]} {tail}";
            tail = compiler.Draft.Rule("items", i < least ? body : $"({body})?");
        }
        return tail;
    }
}
