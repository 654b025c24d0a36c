using System.Collections.Frozen;
using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Functions;

/// <summary>A filter: what stands after "|".</summary>
internal delegate object? Filter(Run run, object? value, Arguments arguments);

/// <summary>The filters by name.</summary>
internal static class Filters
{
    private static readonly FrozenDictionary<string, Filter> All = TextFilters.All.Concat(SequenceFilters.All).Concat(ChoosingFilters.All).Concat(ValueFilters.All).ToFrozenDictionary(StringComparer.Ordinal);

    internal static bool IsKnown(string name) => All.ContainsKey(name);

    /// <exception cref="TemplateException">There is no such filter.</exception>
    internal static Filter Find(string name) => All.TryGetValue(name, out var filter) ? filter : throw TemplateException.Evaluation($"The filter '{name}' is not known.");
}
