using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Functions;

/// <summary>Filters that apply another filter, a test or a path to each item.</summary>
internal static class ChoosingFilters
{
    internal static readonly Dictionary<string, Filter> All = new(StringComparer.Ordinal)
    {
        ["map"] = Map,
        ["select"] = (run, value, arguments) => Choose(run, value, arguments, hasPath: false, wanted: true),
        ["reject"] = (run, value, arguments) => Choose(run, value, arguments, hasPath: false, wanted: false),
        ["selectattr"] = (run, value, arguments) => Choose(run, value, arguments, hasPath: true, wanted: true),
        ["rejectattr"] = (run, value, arguments) => Choose(run, value, arguments, hasPath: true, wanted: false),
        ["groupby"] = Group,
    };

    private static Sequence Map(Run run, object? value, Arguments arguments)
    {
        var items = Items(run, value);
        if (arguments.ByPlace.Count == 0)
        {
            var given = arguments.Bind("map", "attribute", "default");
            var path = given.Required(0);
            return Lazy(items.Select(item => Access.Path(item, path, given.Value(1))));
        }
        var filter = Filters.Find(arguments.ByPlace[0] as string ?? throw TemplateException.Evaluation("'map' wants the name of a filter."));
        var rest = arguments.Rest();
        return Lazy(items.Select(item => filter(run, item, rest)));
    }

    private static Sequence Choose(Run run, object? value, Arguments arguments, bool hasPath, bool wanted)
    {
        var items = Items(run, value);
        object? path = null;
        if (hasPath)
        {
            path = arguments.ByPlace.Count > 0 ? arguments.ByPlace[0] : throw TemplateException.Evaluation("The name of a member is missing.");
            arguments = arguments.Rest();
        }
        Func<object?, bool> holds = PythonValue.IsTrue;
        if (arguments.ByPlace.Count > 0)
        {
            var test = ValueTests.Find(arguments.ByPlace[0] as string ?? throw TemplateException.Evaluation("The name of a test is wanted."));
            var rest = arguments.Rest();
            holds = item => test(run, item, rest);
        }
        return Lazy(items.Where(item => holds(hasPath ? Access.Path(item, path) : item) == wanted));
    }

    private static Sequence Group(Run run, object? value, Arguments arguments)
    {
        var given = arguments.Bind("groupby", "attribute", "default", "case_sensitive");
        var path = given.Required(0);
        object? Key(object? item) => Access.Path(item, path, given.Value(1));
        var groups = new List<(object? Key, List<object?> Items)>();
        foreach (var item in SequenceFilters.Sorted(run, run.Items(value), Key, given.Flag(2), reverse: false))
        {
            var key = Key(item);
            if (groups.Count == 0 || !run.AreEqual(groups[^1].Key, key)) { groups.Add((key, [])); }
            groups[^1].Items.Add(item);
        }
        return new Sequence([.. groups.Select(group => new Sequence([group.Key, new Sequence(group.Items)], SequenceKind.Tuple))]);
    }

    /// <summary>Nothing of None, unlike a loop.</summary>
    private static IReadOnlyList<object?> Items(Run run, object? value) => PythonValue.IsTrue(value) ? run.Items(value) : [];

    private static Sequence Lazy(IEnumerable<object?> items) => new([.. items], SequenceKind.Generator);
}
