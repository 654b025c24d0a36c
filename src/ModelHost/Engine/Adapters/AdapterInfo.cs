using System.Text.Json;

namespace Platform.ModelHost.Engine.Adapters;

/// <summary>Where a version is in its life. Stored by name: append only. One version of an adapter is in production at most.</summary>
public enum AdapterState { Draft, Candidate, Production, Retired }

/// <summary>A version of an adapter of the registry as callers see it; no paths.</summary>
/// <param name="Version">1 and up; 0 for a file without versions.</param>
/// <param name="IsLoaded">Whether it is in memory.</param>
/// <param name="Sha256">Null for a file that was put into the folder by hand and is not in memory, as rank and alpha.</param>
/// <param name="Bytes">Of its file; null where that is gone.</param>
public sealed record AdapterInfo(string Name, int Version, bool IsLoaded, string? Sha256, int? Rank, long? Bytes)
{
    public AdapterState State { get; init; } = AdapterState.Candidate;

    /// <summary>It is what the adapter's name without a version means.</summary>
    public bool IsServed { get; init; }

    /// <summary>The version that a rollback of this one, which is in production, puts back; null where there is none.</summary>
    public int? RollsBackTo { get; init; }

    /// <summary>Share of the requests naming no version that get this one beside the one in production; null for none.</summary>
    public double? CanaryShare { get; init; }

    /// <summary>Why it was put into production although its measures spoke against it; null where they did not.</summary>
    public string? OverrideReason { get; init; }

    /// <summary>Who put it into production last, as whoever asked says; null for nobody that is known.</summary>
    public string? PromotedBy { get; init; }

    /// <summary>When it was put into production last; null for never.</summary>
    public DateTimeOffset? PromotedAt { get; init; }

    /// <summary>Id of the model that it was checked for; null for a file that was put there by hand.</summary>
    public string? BaseModel { get; init; }

    /// <summary>Hash of that model's file; it fits no other.</summary>
    public string? BaseSha256 { get; init; }

    public float? Alpha { get; init; }

    /// <summary>The parts of the model that it changes, as attn_q.</summary>
    public IReadOnlyList<string> TargetModules { get; init; } = [];

    /// <summary>Of a file that was put there by hand, its last change.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it was last asked for; null where it was not since its base was loaded.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>What it was made from, as whoever made it says; a JSON object or null.</summary>
    public JsonElement? Lineage { get; init; }

    /// <summary>How good it is, as whoever made it says; a JSON object or null.</summary>
    public JsonElement? Metrics { get; init; }
}
