namespace Platform.ModelHost.Engine.Tokens.Jinja.Values;

/// <summary>The variable 'loop' inside a loop.</summary>
internal sealed class LoopState(IReadOnlyList<object?> items, int depth, Callable? again)
{
    private Sequence? lastChanged;

    internal int Index { get; set; }

    /// <summary>Renders the loop anew over other items, for a loop that is marked 'recursive'.</summary>
    internal Callable? Again { get; } = again;

    internal Found? Member(string name) => name switch
    {
        "index" => new Found(Index + 1L),
        "index0" => new Found((long)Index),
        "revindex" => new Found((long)items.Count - Index),
        "revindex0" => new Found(items.Count - Index - 1L),
        "first" => new Found(Index == 0),
        "last" => new Found(Index == items.Count - 1),
        "length" => new Found((long)items.Count),
        "depth" => new Found(depth + 1L),
        "depth0" => new Found((long)depth),
        "previtem" => new Found(Index > 0 ? items[Index - 1] : new Undefined("The first round of a loop has no item before it.")),
        "nextitem" => new Found(Index + 1 < items.Count ? items[Index + 1] : new Undefined("The last round of a loop has no item after it.")),
        "cycle" => new Found(new Callable("cycle", (_, arguments) => arguments.ByPlace.Count > 0 ? arguments.ByPlace[Index % arguments.ByPlace.Count] : throw TemplateException.Evaluation("'cycle' lacks its values."))),
        "changed" => new Found(new Callable("changed", (run, arguments) => Changed(run, arguments))),
        _ => null,
    };

    private bool Changed(Run run, Arguments arguments)
    {
        var now = new Sequence(arguments.ByPlace);
        var changed = lastChanged is null || !run.AreEqual(now, lastChanged);
        lastChanged = now;
        return changed;
    }
}
