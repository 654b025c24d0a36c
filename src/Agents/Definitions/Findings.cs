using System.Globalization;
using Platform.Agents.Answering;

namespace Platform.Agents.Definitions;

/// <summary>Collects what is wrong in a definition, each fault with its value and its limit.</summary>
internal sealed class Findings
{
    private const int MostTold = 50;
    private readonly List<DefinitionFault> faults = [];

    public IReadOnlyList<DefinitionFault> All => faults;

    public void Add(string path, DefinitionFaultKind kind, IReadOnlyList<object> values, string message)
    {
        if (faults.Count < MostTold)
            faults.Add(new(path, message) { Kind = kind, Values = values });
    }

    public void Text(string path, string? text, int least, int most)
    {
        if (text is null || text.Length > most || (least > 0 && string.IsNullOrWhiteSpace(text)))
            Add(path, DefinitionFaultKind.Length, [least, most, text?.Trim().Length ?? 0], string.Create(CultureInfo.InvariantCulture, $"{least:N0} to {most:N0} characters are taken; this has {text?.Trim().Length ?? 0:N0}."));
    }

    public void Range(string path, double value, double least, double most)
    {
        if (!(value >= least && value <= most)) // so that NaN is refused too
            Add(path, DefinitionFaultKind.Range, [value, least, most], string.Create(CultureInfo.InvariantCulture, $"{value} is not between {least} and {most}."));
    }

    public void Count(string path, int count, int most, string things)
    {
        if (count > most)
            Add(path, DefinitionFaultKind.Count, [most, count], string.Create(CultureInfo.InvariantCulture, $"At most {most:N0} {things} are taken; these are {count:N0}."));
    }

    public void Known<T>(string path, T value) where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
            Add(path, DefinitionFaultKind.Unknown, [value], $"'{value}' is none of {string.Join(", ", Enum.GetNames<T>())}.");
    }

    public static string Short(string text) => ShortText.Of(text, 40);
}
