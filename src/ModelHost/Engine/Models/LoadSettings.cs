using System.Globalization;

namespace Platform.ModelHost.Engine.Models;

/// <summary>How positions are stretched so that a model reads more than it was trained on: not at all, evenly, or by YaRN. Stored by name: append only.</summary>
public enum RopeKind { None, Linear, Yarn }

/// <param name="Factor">How many times the training context, 1 to 64.</param>
/// <param name="Base">Base of the frequencies, above 0; null leaves the model's.</param>
/// <param name="OriginalTokens">Context of the training, for YaRN; 0 takes what the file says.</param>
public sealed record RopeScaling(RopeKind Kind, double Factor, double? Base = null, int OriginalTokens = 0)
{
    internal const int MostFactor = 64;
    private const int MostTokens = 1 << 20;
    private const double MostBase = 1e12;

    /// <summary>What is wrong with it: the field, by the name that fields have where it comes from, and a sentence.</summary>
    internal IEnumerable<(string Field, string Message)> Faults(Func<string, string> field)
    {
        if (!Enum.IsDefined(Kind)) { yield return (field("type"), $"{field("type")} is {Kind}; it must be none, linear or yarn."); }
        if (!(Factor is >= 1 and <= MostFactor)) { yield return (field("factor"), string.Create(CultureInfo.InvariantCulture, $"{field("factor")} is {Factor}; it must be 1 to {MostFactor}.")); }
        if (Kind == RopeKind.None && Factor > 1) { yield return (field("factor"), string.Create(CultureInfo.InvariantCulture, $"{field("factor")} is {Factor} and {field("type")} is none; choose linear or yarn to stretch positions.")); }
        if (Base is { } given && !(given is > 0 and <= MostBase)) { yield return (field("base"), string.Create(CultureInfo.InvariantCulture, $"{field("base")} is {given}; it must be above 0 and at most 1e12.")); }
        if (OriginalTokens is < 0 or > MostTokens) { yield return (field("original_tokens"), $"{field("original_tokens")} is {OriginalTokens}; it must be 0 to {MostTokens}."); }
    }
}

/// <summary>How a model shall be loaded where it is not the usual way.</summary>
/// <param name="ContextTokens">Tokens of context a slot, or of an input to embed; null takes what the engine's options say.</param>
/// <param name="Rope">Null leaves what the file says.</param>
public sealed record LoadSettings(int? ContextTokens = null, RopeScaling? Rope = null)
{
    internal static LoadSettings Usual { get; } = new();
}
