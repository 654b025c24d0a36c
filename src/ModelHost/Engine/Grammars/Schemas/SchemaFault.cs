namespace Platform.ModelHost.Engine.Grammars.Schemas;

/// <summary>Faults of a schema, said with the JSON pointer of the place.</summary>
internal static class SchemaFault
{
    internal static GrammarFault At(string pointer, string what) => new($"The schema cannot be used at '{pointer}': {what}");

    /// <summary>The pointer of a keyword or of a name below a place.</summary>
    internal static string Below(this string pointer, string name) => $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    internal static string Below(this string pointer, string name, int index) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{pointer.Below(name)}/{index}");
}
