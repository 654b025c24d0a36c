using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Syntax;

/// <summary>The parameters and the body of a macro, or of a block given to one.</summary>
/// <param name="readNames">Names that the body reads: a macro takes more arguments than it names only where it reads varargs or kwargs.</param>
internal sealed class Macro(string name, IReadOnlyList<(string Name, Expression? Fallback)> parameters, Block body, IReadOnlySet<string> readNames)
{
    internal string Name { get; } = name;

    /// <summary>The macro as a value; its body sees the names of the scope it stands in.</summary>
    internal Callable In(Scope around) => new(Name, (_, arguments) => Call(around, arguments));

    private string Call(Scope around, Arguments arguments)
    {
        var scope = around.Inner();
        for (var i = 0; i < parameters.Count; i++)
        {
            var (parameter, fallback) = parameters[i];
            scope.Set(parameter, i < arguments.ByPlace.Count ? arguments.ByPlace[i]
                : arguments.ByName.TryGetValue(parameter, out var value) ? value
                : fallback is not null ? fallback.Evaluate(scope)
                : new Undefined($"'{Name}' was called without '{parameter}'."));
        }
        Rest(scope, arguments);
        return body.Capture(scope);
    }

    private void Rest(Scope scope, Arguments arguments)
    {
        if (readNames.Contains("varargs")) { scope.Set("varargs", new Sequence([.. arguments.ByPlace.Skip(parameters.Count)], SequenceKind.Tuple)); }
        else if (arguments.ByPlace.Count > parameters.Count) { throw TemplateException.Evaluation($"The macro '{Name}' takes {parameters.Count} arguments; it is given {arguments.ByPlace.Count}."); }
        var more = new Mapping();
        foreach (var (argument, value) in arguments.ByName)
        {
            if (parameters.Any(parameter => parameter.Name == argument)) { continue; }
            if (argument == "caller" && readNames.Contains("caller")) { continue; }
            more.Set(argument, value);
        }
        if (readNames.Contains("caller")) { scope.Set("caller", arguments.ByName.TryGetValue("caller", out var caller) ? caller : new Undefined($"'{Name}' was called without a block.")); }
        if (readNames.Contains("kwargs")) { scope.Set("kwargs", more); }
        else if (more.Count > 0) { throw TemplateException.Evaluation($"The macro '{Name}' has no argument '{more.Keys.First()}'."); }
    }
}
