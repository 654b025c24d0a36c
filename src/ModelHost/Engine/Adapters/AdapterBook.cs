using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.ModelHost.Engine.Files;

namespace Platform.ModelHost.Engine.Adapters;

/// <summary>What is known of one version. The field names are stored.</summary>
internal sealed record AdapterNote
{
    public AdapterState State { get; init; } = AdapterState.Candidate;
    public string? BaseModel { get; init; }
    public string? BaseSha256 { get; init; }
    public string? Sha256 { get; init; }
    public int? Rank { get; init; }
    public float? Alpha { get; init; }
    public IReadOnlyList<string> TargetModules { get; init; } = [];
    public DateTimeOffset? CreatedAt { get; init; }
    public JsonElement? Lineage { get; init; }
    public JsonElement? Metrics { get; init; }

    /// <summary>Who put it into production last, as whoever asked says; and when.</summary>
    public string? PromotedBy { get; init; }
    public DateTimeOffset? PromotedAt { get; init; }

    /// <summary>Why it was put into production although its measures spoke against it.</summary>
    public string? OverrideReason { get; init; }
}

/// <summary>A version that a part of the requests gets which name no version.</summary>
/// <param name="Share">Above 0, at most 1.</param>
internal sealed record AdapterCanary(int Version, double Share);

/// <summary>The versions of one adapter, kept beside their files as adapter.json. A reader sees the old book or the new one.</summary>
internal sealed record AdapterBook
{
    private const string FileName = "adapter.json";
    private const long MostBytes = 4 << 20;

    /// <summary>The highest number ever given; numbers are not given again.</summary>
    public int Last { get; init; }

    public int? Production { get; init; }

    /// <summary>Versions that were in production before, the latest last.</summary>
    public IReadOnlyList<int> Former { get; init; } = [];

    public AdapterCanary? Canary { get; init; }

    public IReadOnlyDictionary<int, AdapterNote> Versions { get; init; } = new Dictionary<int, AdapterNote>();

    internal AdapterNote Note(int version) => Versions.GetValueOrDefault(version) ?? new AdapterNote();

    internal AdapterBook With(int version, AdapterNote note) => this with { Last = Math.Max(Last, version), Versions = new Dictionary<int, AdapterNote>(Versions) { [version] = note } };

    internal AdapterBook Without(int version) => this with { Former = [.. Former.Where(v => v != version)], Canary = Canary is { } canary && canary.Version == version ? null : Canary, Versions = Versions.Where(pair => pair.Key != version).ToDictionary() };

    /// <summary>This version into production; the one before becomes a former one.</summary>
    internal AdapterBook Promote(int version) => Production == version ? this : (Production is { } old
        ? With(old, Note(old) with { State = AdapterState.Retired }) with { Former = [.. Former.Where(v => v != version && v != old), old] }
        : this with { Former = [.. Former.Where(v => v != version)] }).Serve(version);

    /// <summary>The latest former version back into production; where there is none, nothing is in production any more.</summary>
    /// <param name="by">Who does it, and when.</param>
    internal AdapterBook Rollback(string? by, DateTimeOffset at)
    {
        var without = With(Production!.Value, Note(Production.Value) with { State = AdapterState.Retired }) with { Production = null, Canary = null };
        return Former.Count == 0 ? without : (without with { Former = [.. Former.SkipLast(1)] }).Promoted(Former[^1], by, at).Serve(Former[^1]);
    }

    /// <summary>Notes who puts a version into production, and when.</summary>
    internal AdapterBook Promoted(int version, string? by, DateTimeOffset at) => With(version, Note(version) with { PromotedBy = by, PromotedAt = at });

    /// <summary>The book of an adapter's folder; an empty one where there is none.</summary>
    /// <exception cref="EngineException">Kind InvalidModelFile: it cannot be read.</exception>
    internal static AdapterBook Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return DurableJson.Read(path, MostBytes, BookJson.Default.AdapterBook) ?? new AdapterBook();
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new EngineException(EngineErrorKind.InvalidModelFile, $"The file {FileName} of the adapter '{Path.GetFileName(folder)}' cannot be read: {(fault is JsonException ? fault.Message.TrimEnd('.') : "the file system refuses")}. Correct it, or remove it: the versions themselves are files of their own.", fault) { Parameter = "lora" };
        }
    }

    /// <summary>Puts the book into an adapter's folder; never one that could not be read again.</summary>
    /// <exception cref="EngineException">Kind BadRequest: it would be too large, or too deep.</exception>
    internal void Write(string folder) => DurableJson.Write(Path.Combine(folder, FileName), Bytes());

    private byte[] Bytes()
    {
        try
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(this, BookJson.Default.AdapterBook);
            if (bytes.Length > MostBytes) { throw new JsonException($"it would take {bytes.Length:N0} bytes of {MostBytes:N0}"); }
            JsonSerializer.Deserialize(bytes, BookJson.Default.AdapterBook);
            return bytes;
        }
        catch (JsonException fault)
        {
            throw new EngineException(EngineErrorKind.BadRequest, $"What is told of this version cannot be kept: {fault.Message}. Send less in 'lineage' and 'metrics', or remove versions that nobody needs.", fault) { Parameter = "metrics" };
        }
    }

    private AdapterBook Serve(int version) => With(version, Note(version) with { State = AdapterState.Production }) with { Production = version, Canary = null };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AdapterBook))]
internal sealed partial class BookJson : JsonSerializerContext;
