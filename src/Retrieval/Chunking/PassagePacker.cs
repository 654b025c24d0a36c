namespace Platform.Retrieval.Chunking;

/// <summary>Units that make one passage.</summary>
internal sealed record PackedPassage(IReadOnlyList<CountedUnit> Units)
{
    public int Start => Units[0].Unit.Start;

    public int End => Units[^1].Unit.End;

    public string Heading => Units[0].Unit.Heading;

    /// <summary>An upper bound of the tokens: each white space between two units may be one.</summary>
    public int Tokens => Estimate(Units);

    public static int Estimate(IReadOnlyList<CountedUnit> units) => units.Sum(unit => unit.Tokens) + Gaps(units);

    private static int Gaps(IReadOnlyList<CountedUnit> units)
    {
        var gaps = 0;
        for (var i = 1; i < units.Count; i++) gaps += Gap(units[i - 1], units[i]);
        return gaps;
    }

    public static int Gap(CountedUnit before, CountedUnit after) => after.Unit.Start - before.Unit.End;
}

/// <summary>Fills passages up to the target, never across sections; a short rest joins the passage before it.</summary>
internal sealed class PassagePacker(ChunkingOptions options)
{
    private readonly List<CountedUnit> _open = [];
    private PackedPassage? _waiting;

    /// <summary>Takes the next unit; gives a passage when one is finished.</summary>
    public IEnumerable<PackedPassage> Add(CountedUnit unit)
    {
        if (_open.Count > 0 && _open[^1].Unit.Section != unit.Unit.Section)
        {
            foreach (var passage in Finish()) yield return passage;
        }
        else if (_open.Count > 0 && MustClose(unit))
        {
            if (_waiting is not null) yield return _waiting;
            var leadIn = LeadIn(unit);
            _open.RemoveRange(_open.Count - leadIn.Count, leadIn.Count);
            _waiting = new PackedPassage([.. _open]);
            var overlap = leadIn.Count > 0 ? leadIn : Overlap(unit);
            _open.Clear();
            _open.AddRange(overlap);
        }
        _open.Add(unit);
    }

    /// <summary>Gives what is left.</summary>
    public IEnumerable<PackedPassage> Finish()
    {
        if (_open.Count > 0)
        {
            var last = new PackedPassage([.. _open]);
            if (_waiting is not null && last.Tokens < options.TargetTokens / 4 && _waiting.Tokens + PackedPassage.Gap(_waiting.Units[^1], last.Units[0]) + last.Tokens <= options.MaxTokens)
            {
                yield return new PackedPassage([.. _waiting.Units, .. _open.Where(unit => unit.Unit.Start >= _waiting.End)]);
            }
            else
            {
                if (_waiting is not null) yield return _waiting;
                yield return last;
            }
        }
        _open.Clear();
        _waiting = null;
    }

    private bool MustClose(CountedUnit next)
    {
        var now = PackedPassage.Estimate(_open);
        var then = now + PackedPassage.Gap(_open[^1], next) + next.Tokens;
        return then > options.MaxTokens || (then > options.TargetTokens && now >= options.TargetTokens / 2);
    }

    /// <summary>The last units when they lead in to the next: a question goes with its answer, a colon with its list.</summary>
    private List<CountedUnit> LeadIn(CountedUnit next)
    {
        var count = 0;
        while (count < _open.Count - 1 && _open[^(count + 1)].Unit.LeadsIn) count++;
        if (count == 0) return [];
        var leadIn = _open.GetRange(_open.Count - count, count);
        var fits = PackedPassage.Estimate(leadIn) + PackedPassage.Gap(leadIn[^1], next) + next.Tokens <= options.MaxTokens;
        return fits && _open[^(count + 1)].Unit.Section == next.Unit.Section ? leadIn : [];
    }

    private List<CountedUnit> Overlap(CountedUnit next)
    {
        var overlap = new List<CountedUnit>();
        // At least one unit stays behind, or the same passage would be made again.
        for (var i = _open.Count - 1; i > 0; i--)
        {
            overlap.Insert(0, _open[i]);
            var tokens = PackedPassage.Estimate(overlap);
            if (tokens <= options.OverlapTokens && tokens + PackedPassage.Gap(_open[^1], next) + next.Tokens <= options.MaxTokens) continue;
            overlap.RemoveAt(0);
            break;
        }
        return overlap;
    }
}
