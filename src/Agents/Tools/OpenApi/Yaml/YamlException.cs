namespace Platform.Agents.Tools.OpenApi.Yaml;

/// <summary>A text that is no YAML, or uses more of it than is read; the message names the line.</summary>
/// <param name="line">From 1.</param>
internal sealed class YamlException(int line, string why) : Exception(FormattableString.Invariant($"Line {line}: {why}"));
