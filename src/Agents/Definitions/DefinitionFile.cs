using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Agents.Runs;

namespace Platform.Agents.Definitions;

/// <summary>A base that a definition names, as people call it: elsewhere another has its name and no base its id.</summary>
public sealed record BaseName(Guid Id, string Name);

/// <summary>An agent as a JSON file, to be kept or taken elsewhere.</summary>
public static class DefinitionFile
{
    /// <summary>Longest file, UTF-16 characters.</summary>
    public const int MaxLength = 4 * 1024 * 1024;

    private const string Format = "platform.agent";
    private const int Version = 3; // since a file says what tools always run for

    private static readonly JsonSerializerOptions Strict = new(RunJson.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = 16, WriteIndented = true,
    };

    /// <param name="bases">Those of its bases whose names are known.</param>
    public static string Write(AgentDefinition definition, IReadOnlyList<BaseName> bases) => JsonSerializer.Serialize(new Envelope(Format, Version, definition, bases.Count > 0 ? bases : null), Strict);

    /// <summary>The definition, and the names of its bases where it was written. Throws DefinitionException where it is not such a file, is of a later version, or holds what is not allowed.</summary>
    public static (AgentDefinition Definition, IReadOnlyList<BaseName> Bases) Read(string json)
    {
        if (json.Length > MaxLength)
            throw Refused($"The file has {json.Length:N0} characters; at most {MaxLength:N0} are taken.");
        Envelope file;
        try
        {
            if (JsonSerializer.Deserialize<Head>(json, RunJson.Options) is { Format: Format, Version: > Version } later)
                throw Unread(later.Format, later.Version); // what it has that is not known here is no fault of it
            file = JsonSerializer.Deserialize<Envelope>(json, Strict) ?? throw Refused("The file is null.");
        }
        catch (JsonException ex)
        {
            var (line, character) = ((ex.LineNumber ?? 0) + 1, (ex.BytePositionInLine ?? 0) + 1);
            var where = string.Create(CultureInfo.InvariantCulture, $"line {line}, character {character}");
            throw new DefinitionException([ex.Path is { Length: > 2 } path
                ? new(path[2..], $"This is not the JSON of an agent: '{Findings.Short(path[2..])}' ({where}) is no field of it, or has a value of another kind or size than it takes.") { Kind = DefinitionFaultKind.FileField, Values = [Findings.Short(path[2..]), line, character] }
                : new("file", $"This is not the JSON of an agent ({where}): it is no JSON, or a field is missing or not known.") { Kind = DefinitionFaultKind.FileNoJson, Values = [line, character] }]);
        }
        if (file.Format != Format || file.Version is < 1 or > Version)
            throw Unread(file.Format, file.Version);
        DefinitionCheck.Require(file.Agent);
        return (file.Agent, [.. (file.Bases ?? []).OfType<BaseName>()]);
    }

    private static DefinitionException Unread(string format, int version) =>
        new([new("file", $"The file is '{Findings.Short(format)}' of version {version}; '{Format}' up to version {Version} is read.") { Kind = DefinitionFaultKind.FileVersion, Values = [Findings.Short(format), version, Version] }]);

    private static DefinitionException Refused(string why) => new([new("file", why)]);

    private sealed record Head(string? Format = null, int Version = 0);

    private sealed record Envelope(string Format, int Version, AgentDefinition Agent, IReadOnlyList<BaseName>? Bases = null);
}
