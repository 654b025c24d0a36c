namespace Platform.ModelHost.Engine.Grammars;

/// <summary>Follows a text through a grammar: one place for every way in which it may still go on, each with what lies below it. Equal places are one, so that ways that meet again are one too.</summary>
internal sealed class GrammarMatcher
{
    private readonly GrammarRules rules;
    private readonly int mostPlaces;
    private readonly Dictionary<(GrammarElement[] Alternative, int Index, Place? Below), Place> places = [];

    /// <param name="rules">The grammar.</param>
    /// <param name="root">The rule to begin with.</param>
    /// <param name="mostPlaces">Places that may be kept; each takes some 120 bytes.</param>
    /// <exception cref="GrammarFault">There are more places; from <see cref="After"/> too.</exception>
    internal GrammarMatcher(GrammarRules rules, int root, int mostPlaces = int.MaxValue)
    {
        (this.rules, this.mostPlaces) = (rules, mostPlaces);
        Start = Close(rules.Alternatives(root).Select(a => At(a, 0, null)));
    }

    /// <summary>The ways before the first character.</summary>
    internal Ways Start { get; }

    internal static bool Accepts(GrammarRules rules, int root, string text)
    {
        var matcher = new GrammarMatcher(rules, root);
        var ways = matcher.Start;
        foreach (var character in text.EnumerateRunes())
        {
            if (ways.Stacks.Count == 0) { return false; }
            ways = matcher.After(ways, character.Value);
        }
        return ways.MayEnd;
    }

    /// <summary>The ways after one more character.</summary>
    internal Ways After(Ways ways, int character) =>
        Close(ways.Stacks.Where(p => p.Characters.Contains(character)).Select(p => At(p.Alternative, p.Index + 1, p.Below)));

    /// <summary>How many places are kept.</summary>
    internal int PlacesMet => places.Count;

    /// <summary>Lets all places go that these ways do not stand on.</summary>
    internal void ForgetBut(Ways ways)
    {
        places.Clear();
        foreach (var stack in ways.Stacks)
        {
            for (var place = stack; place is not null && places.TryAdd((place.Alternative, place.Index, place.Below), place); place = place.Below) { }
        }
    }

    private Ways Close(IEnumerable<Place?> starts)
    {
        var stacks = new HashSet<Place>();
        var mayEnd = false;
        var seen = new HashSet<Place>();
        var open = new Stack<Place?>(starts);
        while (open.TryPop(out var place))
        {
            if (place is null)
            {
                mayEnd = true;
                continue;
            }
            if (!seen.Add(place)) { continue; }
            var element = place.Alternative[place.Index];
            if (!element.IsRule)
            {
                stacks.Add(place);
                continue;
            }
            var after = At(place.Alternative, place.Index + 1, place.Below);
            foreach (var alternative in rules.Alternatives(element.Rule)) { open.Push(At(alternative, 0, after)); }
        }
        return new Ways(stacks, mayEnd);
    }

    /// <summary>A place, or what lies below it where the alternative is over. Equal places are one object.</summary>
    private Place? At(GrammarElement[] alternative, int index, Place? below)
    {
        if (index == alternative.Length) { return below; }
        if (!places.TryGetValue((alternative, index, below), out var place))
        {
            if (places.Count >= mostPlaces) { throw new GrammarFault($"The grammar passes through too many rules from one character to the next: more than {mostPlaces} places were met while it was looked for texts that can go on in too many ways. Let fewer rules stand for nothing but another rule."); }
            place = new Place(alternative, index, below);
            places.Add((alternative, index, below), place);
        }
        return place;
    }

    /// <summary>A place in an alternative, and where to go on after it.</summary>
    internal sealed class Place(GrammarElement[] alternative, int index, Place? below)
    {
        internal GrammarElement[] Alternative => alternative;

        internal int Index => index;

        internal Place? Below => below;

        internal CharSet Characters => alternative[index].Characters!;
    }

    /// <param name="Stacks">The places that wait for a character.</param>
    /// <param name="MayEnd">True when the text may end here.</param>
    internal sealed record Ways(IReadOnlySet<Place> Stacks, bool MayEnd);
}
