using Platform.Agents.Definitions;

namespace Platform.Agents.Testing;

/// <summary>A model or an adapter that a suite is to be run with is not there.</summary>
public sealed class AbsentTargetException(string field, DefinitionFault absent) : FieldException(field, absent.Message)
{
    /// <summary>The model or the adapter, as it was named.</summary>
    public string Name { get; } = $"{absent.Values[0]}";

    /// <summary>Those that are there, with commas; empty for none.</summary>
    public string Present { get; } = $"{absent.Values[1]}";
}
