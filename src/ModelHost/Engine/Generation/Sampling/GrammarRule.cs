using System.Text;
using Platform.ModelHost.Engine.Grammars;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Generation.Sampling;

/// <summary>Keeps an answer to a grammar, from its start or from a trigger text on. What may come is looked for in the whole vocabulary at once, and once for each state that the grammar comes back to (docs/decisions/0034-grammars-are-followed-by-a-reader-of-our-own.md).</summary>
internal sealed class GrammarRule : ITokenRule
{
    private readonly Tokenizer tokenizer;
    private readonly SortedTokens sorted;
    private readonly GrammarStates states;
    private readonly byte[][] triggers;
    private readonly GrammarReading[] path; // before each byte of the token that is looked at
    private GrammarReading now;
    private byte[] tail = [];
    private bool awake;

    /// <param name="tokenizer">The model's.</param>
    /// <param name="options">A grammar that GrammarCheck has passed.</param>
    internal GrammarRule(Tokenizer tokenizer, GrammarOptions options)
    {
        (this.tokenizer, sorted) = (tokenizer, tokenizer.Sorted);
        var rules = GrammarReader.Read(options.Text);
        states = new GrammarStates(rules, rules.Find(options.Root)!.Value);
        triggers = [.. options.Triggers.Select(Encoding.UTF8.GetBytes)];
        awake = triggers.Length == 0;
        now = new GrammarReading(states.Start);
        path = new GrammarReading[sorted.Longest + 1];
    }

    public bool IsNarrow => false;

    public bool Allows(int token)
    {
        try
        {
            if (!awake) { return tokenizer.EndsText(token) || !Wakes(token, out var text) || now.After(text).Fits; }
            return tokenizer.EndsText(token) ? now.MayEnd : tokenizer.Piece(token, special: true) is [not 0, ..] piece && now.After(piece).Fits;
        }
        catch (GrammarFault fault)
        {
            throw fault.Refusal("grammar");
        }
    }

    public void Narrow(TokenCandidates candidates, ReadOnlySpan<float> logits)
    {
        if (awake) { candidates.Fill(Allowed(), logits); }
        else { candidates.Fill(logits); }
    }

    public void Accept(int token)
    {
        byte[]? text = null;
        var isAwake = awake || Wakes(token, out text);
        if (!awake) { tail = text![^Math.Min(text.Length, triggers.Max(t => t.Length) - 1)..]; }
        awake = isAwake;
        if (!awake) { return; }
        try
        {
            now = now.After(text ?? tokenizer.Piece(token, special: true));
            now = now with { State = states.Trim(now.State!) };
        }
        catch (GrammarFault fault)
        {
            throw fault.Refusal("grammar");
        }
    }

    public void Dispose() => tail = [];

    /// <summary>Whether a token would complete a trigger; gives the text that it would stand at the end of, cut to begin with the trigger.</summary>
    private bool Wakes(int token, out byte[] text)
    {
        text = [.. tail, .. tokenizer.Piece(token, special: true)];
        var first = int.MaxValue;
        foreach (var trigger in triggers)
        {
            var at = text.AsSpan().IndexOf(trigger);
            if (at >= 0) { first = Math.Min(first, at); }
        }
        if (first == int.MaxValue) { return false; }
        text = text[first..];
        return true;
    }

    private int[] Allowed()
    {
        if (now.IsWhole && now.State!.Allowed is { } known) { return known; }
        try
        {
            var allowed = Look();
            if (now.IsWhole) { states.Keep(now.State!, allowed); }
            return allowed;
        }
        catch (GrammarFault fault)
        {
            throw fault.Refusal("grammar");
        }
    }

    /// <summary>Reads every token of the vocabulary, and what they begin with alike once.</summary>
    private int[] Look()
    {
        List<int> allowed = [.. now.MayEnd ? tokenizer.EndTokens : []];
        path[0] = now;
        var dead = int.MaxValue; // bytes of the shortest beginning of the last token that does not fit
        for (var i = 0; i < sorted.Count; i++)
        {
            var at = sorted.Shared(i);
            if (at >= dead) { continue; }
            var text = sorted.Text(i);
            dead = int.MaxValue;
            for (; at < text.Length && dead > at; at++)
            {
                path[at + 1] = path[at].After(text[at]);
                if (!path[at + 1].Fits) { dead = at + 1; }
            }
            if (dead == int.MaxValue && text[0] != 0 && !tokenizer.EndsText(sorted.Id(i))) { allowed.Add(sorted.Id(i)); }
        }
        return [.. allowed];
    }
}
