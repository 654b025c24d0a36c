namespace Platform.ModelHost.Engine.Models;

/// <summary>How positions are stretched so that a model reads more than it was trained on: not at all, evenly, or by YaRN.</summary>
public enum RopeKind { None, Linear, Yarn }

/// <param name="Factor">How many times the training context, 1 to 64.</param>
/// <param name="Base">Base of the frequencies, above 0; null leaves the model's.</param>
public sealed record RopeScaling(RopeKind Kind, double Factor, double? Base);

/// <summary>How a model shall be loaded where it is not the usual way.</summary>
/// <param name="ContextTokens">Tokens of context a slot, or of an input to embed; null takes what the engine's options say.</param>
/// <param name="Rope">Null leaves what the file says.</param>
public sealed record LoadSettings(int? ContextTokens = null, RopeScaling? Rope = null)
{
    internal static LoadSettings Usual { get; } = new();
}
