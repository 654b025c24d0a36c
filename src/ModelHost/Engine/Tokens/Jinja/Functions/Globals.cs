using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Functions;

/// <summary>The functions that every template has.</summary>
internal static class Globals
{
    private const int MostRange = 100_000;

    private static readonly Dictionary<string, Callable> All = new[]
    {
        new Callable("range", Range),
        new Callable("namespace", MakeNamespace),
        new Callable("dict", MakeMapping),
        new Callable("raise_exception", (run, arguments) => throw new TemplateException(TemplateFault.Raised, run.Text(arguments.Bind("raise_exception", "message").Required(0)))),
        new Callable("strftime_now", (run, arguments) => PythonClock.Format(run.Time.GetLocalNow(), arguments.Bind("strftime_now", "format").Text(0))),
        new Callable("joiner", MakeJoiner),
    }.ToDictionary(function => function.Name, StringComparer.Ordinal);

    /// <summary>The function of a name, or null.</summary>
    internal static Callable? Find(string name) => All.GetValueOrDefault(name);

    private static Sequence Range(Run run, Arguments arguments)
    {
        var given = arguments.Bind("range", "start", "stop", "step");
        var (start, stop) = given.Has(1) ? (given.Whole(0, 0), given.Whole(1, 0)) : (0, given.Required(0) is var end ? given.Whole(0, 0) : 0);
        var step = given.Whole(2, 1);
        if (step == 0) { throw TemplateException.Evaluation("The step of a range is zero."); }
        var count = step > 0 ? ((Int128)stop - start + step - 1) / step : ((Int128)start - stop - step - 1) / -(Int128)step;
        if (count > MostRange) { throw TemplateException.Limit($"A range of {count} numbers is too long; at most {MostRange} are allowed."); }
        var numbers = new List<object?>();
        for (var i = 0; i < (int)Int128.Max(count, 0); i++) { numbers.Add(start + i * step); }
        run.Budget.Step(numbers.Count);
        return new Sequence(numbers);
    }

    private static Namespace MakeNamespace(Run run, Arguments arguments)
    {
        var space = new Namespace();
        foreach (var (name, value) in MakeMapping(run, arguments).Entries) { space.Members[run.Text(name)] = value; }
        return space;
    }

    private static Mapping MakeMapping(Run run, Arguments arguments)
    {
        var mapping = new Mapping();
        if (arguments.ByPlace.Count > 0)
        {
            if (arguments.ByPlace[0] is Mapping other)
            {
                foreach (var (key, value) in other.Entries) { mapping.Set(key, value); }
            }
            else
            {
                foreach (var pair in run.Items(arguments.ByPlace[0]))
                {
                    mapping.Set(Access.Item(pair, 0L), Access.Item(pair, 1L));
                }
            }
        }
        foreach (var (name, value) in arguments.ByName) { mapping.Set(name, value); }
        run.Budget.Step(mapping.Count);
        return mapping;
    }

    /// <summary>A function that gives nothing at first and then the separator.</summary>
    private static Callable MakeJoiner(Run run, Arguments arguments)
    {
        var separator = arguments.Bind("joiner", "sep").Value(0, ", ");
        var used = false;
        return new Callable("joiner", (_, _) =>
        {
            if (used) { return separator; }
            used = true;
            return "";
        });
    }
}
