namespace Platform.Agents.Tools;

/// <summary>Why something that a server or an API offers is no tool here. Name: nothing of it can be a tool's name, or it is too long. Taken: another has its name. Schema: it is too large. Parameter: it needs a header that is not set for all its calls, or a cookie. Body: it takes another than JSON or a form of names and values. TooMany: others come before it.</summary>
public enum LeftOutBecause { Name, Taken, Schema, Parameter, Body, TooMany }

/// <summary>Something that a server or an API offers and that no agent can be given.</summary>
/// <param name="Name">As it is called there. Untrusted.</param>
public sealed record LeftOutTool(string Name, LeftOutBecause Because);

/// <summary>All of those: the first hundred by name, for a stranger may offer any number.</summary>
public sealed class LeftOutTools
{
    private const int MostNamed = 100;

    private readonly List<LeftOutTool> named = [];

    public IReadOnlyList<LeftOutTool> Named => named;

    /// <summary>How many there are, those that are not named included.</summary>
    public int Count { get; private set; }

    internal void Add(string name, LeftOutBecause because)
    {
        Count++;
        if (named.Count < MostNamed)
            named.Add(new(name, because));
    }
}
