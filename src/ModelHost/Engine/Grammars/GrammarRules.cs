namespace Platform.ModelHost.Engine.Grammars;

/// <summary>One place of an alternative: a character of a set, or another rule.</summary>
internal readonly record struct GrammarElement(int Rule, CharSet? Characters)
{
    internal static GrammarElement OfRule(int rule) => new(rule, null);

    internal static GrammarElement Of(CharSet characters) => new(-1, characters);

    internal bool IsRule => Rule >= 0;
}

/// <summary>A grammar as llama.cpp keeps it: repetitions and groups are rules of their own.</summary>
internal sealed class GrammarRules
{
    /// <summary>Most ways in which a text may go on: the most alternatives, and room for what may stand in their place, such as a space before them.</summary>
    internal const int MostWays = MostAlternatives + 100;

    private const int MostRules = 10_000, MostElements = 100_000, MostAlternatives = 1_000, MostRanges = 10_000;

    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly List<string> names = [];
    private readonly List<IReadOnlyList<GrammarElement[]>?> alternatives = [];
    private long elements, ranges;

    internal int Count => names.Count;

    internal string Name(int rule) => names[rule];

    internal bool IsDefined(int rule) => alternatives[rule] is not null;

    internal IReadOnlyList<GrammarElement[]> Alternatives(int rule) => alternatives[rule]!;

    internal int? Find(string name) => numbers.TryGetValue(name, out var rule) ? rule : null;

    /// <summary>The rule of this name, defined or not yet.</summary>
    internal int Number(string name)
    {
        if (!numbers.TryGetValue(name, out var rule))
        {
            rule = New(name);
            numbers.Add(name, rule);
        }
        return rule;
    }

    /// <summary>A rule without a name of its own.</summary>
    internal int New(string owner)
    {
        if (names.Count >= MostRules) { throw new GrammarFault($"The grammar has more than {MostRules} rules, groups and repetitions counted. Make it smaller."); }
        names.Add(owner);
        alternatives.Add(null);
        return names.Count - 1;
    }

    internal void Define(int rule, IReadOnlyList<GrammarElement[]> body)
    {
        if (IsDefined(rule)) { throw new GrammarFault($"The grammar's rule '{names[rule]}' is defined twice."); }
        if (body.Count > MostAlternatives) { throw new GrammarFault($"The grammar's rule '{names[rule]}' has {body.Count} alternatives; {MostAlternatives} is the most.") { Rule = names[rule], Plainly = $"it has {body.Count} alternatives; {MostAlternatives} is the most." }; }
        alternatives[rule] = body;
    }

    /// <summary>Counts ranges of characters in classes.</summary>
    internal void ChargeRanges(int count)
    {
        ranges += count;
        if (ranges > MostRanges) { throw new GrammarFault($"The grammar's classes have more than {MostRanges} characters and ranges together. Write neighbours as ranges, or a class that stands often as a rule of its own."); }
    }

    /// <summary>Counts places before their memory is taken.</summary>
    internal void Charge(long places)
    {
        elements += places;
        if (elements > MostElements) { throw new GrammarFault($"The grammar has more than {MostElements} places with its repetitions written out. Lower the counts of its repetitions, or make it smaller."); }
    }
}
