using Platform.ModelHost.Engine.Tokens.Jinja.Functions;
using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens.Jinja;

/// <summary>The names that a part of a template sees: its own, and those around it. Loops, macros and blocks have one of their own; conditions have not.</summary>
internal sealed class Scope(Run run, Scope? around)
{
    private Dictionary<string, object?>? names;

    internal Run Run { get; } = run;

    internal Scope Inner() => new(Run, this);

    internal void Set(string name, object? value) => (names ??= new Dictionary<string, object?>(StringComparer.Ordinal))[name] = value;

    internal object? Get(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Around)
        {
            if (scope.names is { } own && own.TryGetValue(name, out var value)) { return value; }
        }
        return (object?)Globals.Find(name) ?? new Undefined($"'{name}' is not defined.");
    }

    private Scope? Around { get; } = around;
}
