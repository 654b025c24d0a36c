using System.Collections.Concurrent;

namespace Platform.ModelHost.Engine.Grammars;

/// <summary>Holds a grammar against everything that those who follow it would choke on: no answer is begun with one that did not pass here.</summary>
public static class GrammarCheck
{
    private const int MostCharacters = 256 * 1024, MostRemembered = 64, FirstSurrogate = 0xD800, LastSurrogate = 0xDFFF;

    private static readonly ConcurrentDictionary<(string Grammar, string Root), bool> accepted = new(); // programs send the same schema again and again

    /// <summary>The usual rule to begin with.</summary>
    public const string Root = "root";

    /// <summary>Reads the grammar and refuses it when it cannot be read, names a rule that is not there, recurses without taking a character, can never end, or is too large or too ambiguous to follow.</summary>
    /// <param name="grammar">GBNF. Untrusted.</param>
    /// <param name="root">The rule to begin with.</param>
    /// <param name="parameter">The field of the request that it comes from.</param>
    /// <exception cref="EngineException">Kind BadRequest.</exception>
    public static void Check(string grammar, string root = Root, string parameter = "grammar")
    {
        try
        {
            Accept(grammar, root);
        }
        catch (GrammarFault fault)
        {
            throw fault.Refusal(parameter);
        }
    }

    /// <summary>Reads a grammar that was not read lately.</summary>
    /// <exception cref="GrammarFault">It is refused.</exception>
    internal static void Accept(string grammar, string root)
    {
        if (accepted.ContainsKey((grammar, root))) { return; }
        Read(grammar, root);
        if (accepted.Count >= MostRemembered) { accepted.Clear(); }
        accepted.TryAdd((grammar, root), true);
    }

    /// <exception cref="GrammarFault">It is refused.</exception>
    internal static GrammarRules Read(string grammar, string rootName = Root)
    {
        if (grammar.Length > MostCharacters) { throw new GrammarFault($"The grammar has {grammar.Length} characters; {MostCharacters} is the most."); }
        if (grammar.Contains('\0', StringComparison.Ordinal)) { throw new GrammarFault("The grammar contains a NUL character."); } // no text does, and others end at it
        var rules = GrammarReader.Read(grammar);
        if (rules.Find(rootName) is not { } root) { throw new GrammarFault($"The grammar has no rule '{rootName}'."); }
        for (var rule = 0; rule < rules.Count; rule++)
        {
            if (!rules.IsDefined(rule)) { throw new GrammarFault($"The grammar names a rule '{rules.Name(rule)}' and does not define it."); }
        }
        if (Fixpoint(rules, ofCharacter: true) is var ends && !ends[root])
        {
            throw new GrammarFault("No finite text fits the grammar: a rule needs itself without an alternative that ends, or a character of a set that has none.") { Rule = rules.Name(Endless(rules, ends, root)), Plainly = "nothing that ends fits: it needs itself in every way in which it can go on." };
        }
        if (!SaysSomething(rules, root)) { throw new GrammarFault("Only the empty text fits the grammar. Let it say something."); }
        CheckWays(rules, Fixpoint(rules, ofCharacter: false));
        AmbiguityProbe.Run(rules, root);
        return rules;
    }

    /// <summary>The rules with an alternative whose places all hold: with true for a character, the rules that some text ends; with false, those that take the empty text.</summary>
    private static bool[] Fixpoint(GrammarRules rules, bool ofCharacter)
    {
        var holds = new bool[rules.Count];
        var users = new List<int>[rules.Count];
        for (var rule = 0; rule < rules.Count; rule++)
        {
            foreach (var used in rules.Alternatives(rule).SelectMany(a => a).Where(e => e.IsRule).Select(e => e.Rule).Distinct()) { (users[used] ??= []).Add(rule); }
        }
        var open = new Queue<int>(Enumerable.Range(0, rules.Count));
        while (open.TryDequeue(out var rule))
        {
            if (holds[rule] || !rules.Alternatives(rule).Any(a => a.All(e => e.IsRule ? holds[e.Rule] : ofCharacter && !IsNothing(e.Characters!)))) { continue; }
            holds[rule] = true;
            foreach (var user in users[rule] ?? []) { open.Enqueue(user); }
        }
        return holds;
    }

    /// <summary>A rule that no text ends and that leads back to itself.</summary>
    private static int Endless(GrammarRules rules, bool[] ends, int root)
    {
        var (seen, at) = (new HashSet<int>(), root);
        while (seen.Add(at) && rules.Alternatives(at).SelectMany(a => a).FirstOrDefault(e => e.IsRule && !ends[e.Rule], GrammarElement.OfRule(at)) is var next) { at = next.Rule; }
        return at;
    }

    /// <summary>Whether a text of at least one character fits, of a grammar that some text fits.</summary>
    private static bool SaysSomething(GrammarRules rules, int root)
    {
        var ends = Fixpoint(rules, ofCharacter: true);
        var (seen, open) = (new HashSet<int> { root }, new Queue<int>([root]));
        while (open.TryDequeue(out var rule))
        {
            foreach (var element in rules.Alternatives(rule).Where(a => a.All(e => e.IsRule ? ends[e.Rule] : !IsNothing(e.Characters!))).SelectMany(a => a))
            {
                if (!element.IsRule) { return true; }
                if (seen.Add(element.Rule)) { open.Enqueue(element.Rule); }
            }
        }
        return false;
    }

    /// <summary>A set without a character that a text can hold: halves of surrogate pairs are none.</summary>
    private static bool IsNothing(CharSet characters) => characters.Ranges.All(range => range.First >= FirstSurrogate && range.Last <= LastSurrogate);

    /// <summary>Walks what each rule may begin with, without recursion of our own: a rule met again on the way recurses on the left, and the ways to begin must stay countable.</summary>
    private static void CheckWays(GrammarRules rules, bool[] empty)
    {
        var ways = new long[rules.Count]; // 0: not seen, -1: on the way, else counted
        var path = new Stack<(int Rule, IEnumerator<int> Left)>();
        for (var start = 0; start < rules.Count; start++)
        {
            if (ways[start] == 0) { Enter(start); }
            while (path.TryPeek(out var top))
            {
                if (!top.Left.MoveNext())
                {
                    path.Pop();
                    ways[top.Rule] = Math.Max(1, Beginnings(rules, empty, top.Rule).Sum(e => e.IsRule ? ways[e.Rule] : 1));
                    if (ways[top.Rule] > GrammarRules.MostWays) { throw new GrammarFault($"The grammar's rule '{rules.Name(top.Rule)}' can begin in more than {GrammarRules.MostWays} ways. Give it fewer alternatives.") { Rule = rules.Name(top.Rule), Plainly = $"it can begin in more than {GrammarRules.MostWays} ways. Give it fewer alternatives." }; }
                }
                else if (ways[top.Left.Current] < 0)
                {
                    throw new GrammarFault($"The grammar's rule '{rules.Name(top.Left.Current)}' comes back to itself without taking a character (left recursion, or a repetition of something that may be empty).") { Rule = rules.Name(top.Left.Current), Plainly = "it comes back to itself without taking a character: it repeats something that may be empty, or is a reference to itself." };
                }
                else if (ways[top.Left.Current] == 0) { Enter(top.Left.Current); }
            }
        }

        void Enter(int rule)
        {
            ways[rule] = -1;
            path.Push((rule, Beginnings(rules, empty, rule).Where(e => e.IsRule).Select(e => e.Rule).Distinct().GetEnumerator()));
        }
    }

    /// <summary>The places that the first character may come from.</summary>
    private static IEnumerable<GrammarElement> Beginnings(GrammarRules rules, bool[] empty, int rule)
    {
        foreach (var alternative in rules.Alternatives(rule))
        {
            foreach (var element in alternative)
            {
                yield return element;
                if (!element.IsRule || !empty[element.Rule]) { break; }
            }
        }
    }
}
