using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;

namespace Platform.ModelHost.Engine.Grammars.Schemas;

/// <summary>Numbers between bounds, digit by digit. An integer without a bound has at most 15 digits, so that every JSON reader keeps it exactly.</summary>
internal static class NumberRules
{
    private const string Fraction = "(\".\" [0-9]{1,15})?", NoFraction = "(\".\" \"0\"{1,15})?", SomeFraction = "\".\" [0-9]{0,14} [1-9]";
    private static readonly BigInteger Great = BigInteger.Pow(10, 15) - 1, Greatest = BigInteger.Pow(10, 18) - 1;

    internal static string AnyInteger(GrammarDraft draft) => draft.Rule("integer", "\"-\"? (\"0\" | [1-9] [0-9]{0,14})");

    internal static string Any(GrammarDraft draft) => draft.Rule("number", "\"-\"? (\"0\" | [1-9] [0-9]{0,14}) (\".\" [0-9]{1,15})? ([eE] [-+]? [0-9]{1,2})?");

    internal static string Integer(GrammarDraft draft, JsonObject schema, string at)
    {
        var (lower, upper) = (Lower(schema, at), Upper(schema, at));
        if (lower is null && upper is null) { return AnyInteger(draft); }
        var least = lower is { } l ? Ceiling(l.Value) + (l.Excluded && Ceiling(l.Value) == Floor(l.Value) ? 1 : 0) : upper!.Value.Value < -(decimal)Great ? -Greatest : -Great;
        var most = upper is { } u ? Floor(u.Value) - (u.Excluded && Ceiling(u.Value) == Floor(u.Value) ? 1 : 0) : lower!.Value.Value > (decimal)Great ? Greatest : Great;
        if (least > most) { throw SchemaFault.At(at, "no integer lies between the bounds."); }
        var ways = new List<string>();
        if (least < 0) { ways.AddRange(DigitRanges.Of(BigInteger.Max(1, -most), -least).Select(digits => $"\"-\" {digits}")); }
        if (most >= 0) { ways.AddRange(DigitRanges.Of(BigInteger.Max(0, least), most)); }
        return draft.Rule("integer", string.Join(" | ", ways));
    }

    /// <summary>A number that is not whole has bounds that are: the digits before the point decide.</summary>
    internal static string Number(GrammarDraft draft, JsonObject schema, string at)
    {
        var (lower, upper) = (Lower(schema, at), Upper(schema, at));
        if (lower is null && upper is null) { return Any(draft); }
        if ((lower ?? upper)!.Value is var first && (Ceiling(first.Value) != Floor(first.Value) || (upper is { } second && Ceiling(second.Value) != Floor(second.Value))))
        {
            throw SchemaFault.At(at, "bounds of a number must be whole. Use whole bounds, or the type integer.");
        }
        var ways = new List<string>();
        if (lower is null || lower.Value.Value < 0)
        {
            var end = upper is { } u && u.Value <= 0 ? u with { Value = -u.Value } : new Bound(0, Excluded: true);
            ways.AddRange(Magnitudes(end, lower is { } l ? l with { Value = -l.Value } : null).Select(digits => $"\"-\" {digits}"));
        }
        if (upper is null || upper.Value.Value >= 0)
        {
            ways.AddRange(Magnitudes(lower is { Value: >= 0 } l ? l : new Bound(0, Excluded: false), upper));
        }
        return ways.Count > 0 ? draft.Rule("number", string.Join(" | ", ways)) : throw SchemaFault.At(at, "no number lies between the bounds.");
    }

    private static IEnumerable<string> Magnitudes(Bound from, Bound? to)
    {
        var (least, most) = (new BigInteger(from.Value), to is { } t ? new BigInteger(t.Value) : BigInteger.Max(Great, new BigInteger(from.Value)) + 1);
        if (least > most || (least == most && (from.Excluded || to is { Excluded: true }))) { yield break; }
        if (least == most)
        {
            yield return $"{GrammarDraft.Text(least.ToString(CultureInfo.InvariantCulture))} {NoFraction}";
            yield break;
        }
        yield return $"{GrammarDraft.Text(least.ToString(CultureInfo.InvariantCulture))} {(from.Excluded ? SomeFraction : Fraction)}";
        if (least + 1 < most)
        {
            foreach (var digits in DigitRanges.Of(least + 1, most - 1)) { yield return $"{digits} {Fraction}"; }
        }
        if (to is { Excluded: false }) { yield return $"{GrammarDraft.Text(most.ToString(CultureInfo.InvariantCulture))} {NoFraction}"; }
    }

    private static Bound? Lower(JsonObject schema, string at) => Narrower(Read(schema, "minimum", at), Read(schema, "exclusiveMinimum", at), sign: 1);

    private static Bound? Upper(JsonObject schema, string at) => Narrower(Read(schema, "maximum", at), Read(schema, "exclusiveMaximum", at), sign: -1);

    private static Bound? Narrower(decimal? including, decimal? excluding, int sign) =>
        excluding is { } e && (including is not { } i || sign * e >= sign * i) ? new Bound(e, Excluded: true)
        : including is { } only ? new Bound(only, Excluded: false) : null;

    private static decimal? Read(JsonObject schema, string name, string at)
    {
        if (schema[name] is not { } node) { return null; }
        return node is JsonValue value && value.TryGetValue<decimal>(out var number) && Math.Abs(number) <= (decimal)Greatest
            ? number
            : throw SchemaFault.At(at.Below(name), "it must be a number of at most 18 digits.");
    }

    private static BigInteger Ceiling(decimal value) => new(decimal.Ceiling(value));

    private static BigInteger Floor(decimal value) => new(decimal.Floor(value));

    private readonly record struct Bound(decimal Value, bool Excluded);
}
