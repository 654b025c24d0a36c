using System.Text.Json;
using Platform.ModelHost.Server.FineTuning.Measures;

namespace Platform.ModelHost.Server.Wire;

internal sealed record AdapterListBody(string Object, IReadOnlyList<AdapterCard> Data);

/// <summary>A version of an adapter. What is known of it only once it was checked here is null for a file that was put into the folder by hand.</summary>
/// <param name="Served">It is what the name without a version means.</param>
/// <param name="Lineage">What it was made from, as its maker says.</param>
internal sealed record AdapterCard(
    string Object, string Name, int Version, string? BaseModel, string? BaseSha256, int? Rank, float? Alpha, IReadOnlyList<string> TargetModules, string Format, string State, bool Served, bool IsLoaded,
    string? Sha256, long? Size, long? CreatedAt, JsonElement? Lineage, JsonElement? Metrics)
{
    /// <summary>Share of the requests naming no version that get it beside the one in production.</summary>
    public double? CanaryShare { get; init; }

    /// <summary>When it was last asked for, in seconds since 1970; null where it was not since its base was loaded.</summary>
    public long? LastUsedAt { get; init; }

    /// <summary>Who put it into production last, as whoever asked said; and when, in seconds since 1970.</summary>
    public string? PromotedBy { get; init; }
    public long? PromotedAt { get; init; }

    /// <summary>The version that a rollback puts back; null where this one is not in production, or none was before it.</summary>
    public int? RollsBackTo { get; init; }

    /// <summary>What <see cref="Metrics"/> hold, as a job tells its own.</summary>
    public IReadOnlyList<Measure> Measures { get; init; } = [];

    /// <summary>Why it was let through although it does not pass the gate.</summary>
    public string? OverrideReason { get; init; }

    /// <summary>Whether it may be promoted without a reason; null for a file that was put there by hand.</summary>
    public GateBody? Gate { get; init; }
}

/// <summary>How a version compares with its base.</summary>
internal sealed record GateBody(bool Passed, IReadOnlyList<GateCheckBody> Checks);

/// <param name="Name">held_out_loss, general_perplexity or golden_wrong.</param>
/// <param name="Value">With the adapter; null where it was not measured.</param>
/// <param name="Base">Without it.</param>
/// <param name="Limit">The most that the value may be.</param>
internal sealed record GateCheckBody(string Name, double? Value, double? Base, double? Limit, bool Passed)
{
    /// <summary>Why there is no value, where it was tried.</summary>
    public GateFailureBody? Error { get; init; }
}

/// <param name="At">Seconds since 1970.</param>
internal sealed record GateFailureBody(string Code, string Message, long At);

/// <summary>`POST …/promote`.</summary>
/// <param name="By">Who does it, 1 to 200 characters, as it shall stand with the version; null for nobody.</param>
internal sealed record PromoteRequest(string? OverrideReason, string? By);

/// <summary>`POST …/rollback`.</summary>
/// <param name="By">As of a promotion.</param>
internal sealed record RollbackRequest(string? By);

/// <summary>`POST …/measure`.</summary>
/// <param name="ValidationFile">Rows to measure by, an uploaded file; null takes those that its job held out.</param>
internal sealed record MeasureRequest(string? ValidationFile);

/// <summary>`POST …/canary`.</summary>
internal sealed record CanaryRequest(double? Share, string? OverrideReason);

/// <summary>One item of llama.cpp's list.</summary>
internal sealed record LoraAdapterBody(int Id, string Path, float Scale);

/// <summary>One item of what is set for every request.</summary>
internal sealed record LoraScaleRequest(int? Id, float? Scale);

/// <summary>vLLM's `POST /v1/load_lora_adapter`.</summary>
internal sealed record LoadAdapterRequest(string? LoraName, string? LoraPath);

/// <summary>vLLM's `POST /v1/unload_lora_adapter`.</summary>
internal sealed record UnloadAdapterRequest(string? LoraName);
