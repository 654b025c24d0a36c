using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.ModelHost.Client.Admin.Tuning;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client.Admin;

/// <summary>Where a version is in its life.</summary>
public enum AdminAdapterState { Draft, Candidate, Production, Retired }

/// <summary>A version of an adapter.</summary>
/// <param name="Version">1 and up; 0 for a file without versions.</param>
/// <param name="BaseModel">Id of the model that it was checked for; null for a file that was put there by hand, as hash, rank and alpha are.</param>
/// <param name="TargetModules">The parts of the model that it changes, as attn_q.</param>
/// <param name="IsServed">It is what the name without a version means.</param>
/// <param name="IsLoaded">It is in memory.</param>
/// <param name="SizeBytes">Null where the file is gone.</param>
/// <param name="Lineage">What it was made from, as its maker says; an object or null.</param>
/// <param name="Metrics">How good it is, as its maker says; an object or null.</param>
public sealed record AdminAdapter(
    string Name, int Version, string? BaseModel, string? BaseSha256, int? Rank, double? Alpha, IReadOnlyList<string> TargetModules, AdminAdapterState State, bool IsServed, bool IsLoaded,
    string? Sha256, long? SizeBytes, DateTimeOffset? CreatedAt, JsonElement? Lineage, JsonElement? Metrics)
{
    /// <summary>Share of the requests naming no version that get it beside the one in production; null for none.</summary>
    public double? CanaryShare { get; init; }

    /// <summary>Whether who is no administrator is answered by it: its name alone means it, or a share of the requests gets it.</summary>
    public bool IsReleased => IsServed || CanaryShare is not null;

    /// <summary>When it was last asked for; null where it was not since its base was loaded.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Who put it into production last, as they said then; null where nobody did.</summary>
    public string? PromotedBy { get; init; }

    public DateTimeOffset? PromotedAt { get; init; }

    /// <summary>The version that a rollback puts back; null where this one is not in production, or none was before it.</summary>
    public int? RollsBackTo { get; init; }

    /// <summary>How it compares with its base, as a job tells it of what it makes; empty where nothing was measured.</summary>
    public IReadOnlyList<TuningMeasure> Measures { get; init; } = [];

    /// <summary>Why it was let through although it does not pass the gate; null where it passed.</summary>
    public string? OverrideReason { get; init; }

    /// <summary>How it compares with its base; null for a file that was put there by hand.</summary>
    public AdapterGate? Gate { get; init; }
}

/// <param name="Passed">It may be promoted without a reason.</param>
public sealed record AdapterGate(bool Passed, IReadOnlyList<AdapterGateCheck> Checks)
{
    /// <summary>Whether there is a number to every check.</summary>
    public bool IsMeasured => Checks.All(check => check.Value is not null);

    /// <summary>Whether the service can still measure what is missing; golden questions are asked elsewhere.</summary>
    public bool CanBeMeasured => Checks.Any(check => check is { Value: null, Name: "held_out_loss" or "general_perplexity" });
}

/// <param name="Name">held_out_loss, general_perplexity or golden_wrong.</param>
/// <param name="Value">With the adapter; null where it was not measured.</param>
/// <param name="Base">Without it.</param>
/// <param name="Limit">The most that the value may be.</param>
public sealed record AdapterGateCheck(string Name, double? Value, double? Base, double? Limit, bool Passed)
{
    /// <summary>A share of golden questions, 0 to 1, and neither a loss nor a perplexity.</summary>
    public bool IsGolden => Name == "golden_wrong";

    /// <summary>Why there is no value, where it was tried.</summary>
    public AdapterGateFailure? Error { get; init; }
}

/// <param name="Code">Whoever asked the golden questions chose it.</param>
/// <param name="At">When it was tried.</param>
public sealed record AdapterGateFailure(string Code, string Message, [property: JsonConverter(typeof(UnixSeconds))] DateTimeOffset? At);
