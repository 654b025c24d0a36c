using System.Text.Json;
using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Admin.Tuning;

namespace Platform.ModelHost.Client.Wire;

internal sealed record AdminAdapterListBody(IReadOnlyList<AdminAdapterBody>? Data);

internal sealed record AdminAdapterBody(
    string? Name, int Version, string? BaseModel, string? BaseSha256, int? Rank, double? Alpha, IReadOnlyList<string>? TargetModules, string? State, bool? Served, bool? IsLoaded,
    string? Sha256, long? Size, long? CreatedAt, JsonElement? Lineage, JsonElement? Metrics)
{
    public double? CanaryShare { get; init; }

    public long? LastUsedAt { get; init; }

    public string? PromotedBy { get; init; }

    public long? PromotedAt { get; init; }

    public int? RollsBackTo { get; init; }

    public IReadOnlyList<TuningMeasure>? Measures { get; init; }

    public string? OverrideReason { get; init; }

    public AdapterGate? Gate { get; init; }

    public AdminAdapter ToAdapter() => new(
        Name ?? "", Version, BaseModel, BaseSha256, Rank, Alpha, TargetModules ?? [], StateOf(State), Served ?? false, IsLoaded ?? false,
        Sha256, Size, CreatedAt is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null, Lineage, Metrics)
    {
        CanaryShare = CanaryShare,
        PromotedBy = PromotedBy,
        PromotedAt = PromotedAt is { } promoted ? DateTimeOffset.FromUnixTimeSeconds(promoted) : null,
        LastUsedAt = LastUsedAt is { } used ? DateTimeOffset.FromUnixTimeSeconds(used) : null,
        RollsBackTo = RollsBackTo,
        Measures = Measures ?? [],
        OverrideReason = OverrideReason,
        Gate = Gate,
    };

    private static AdminAdapterState StateOf(string? state) => state switch
    {
        "draft" => AdminAdapterState.Draft,
        "production" => AdminAdapterState.Production,
        "retired" => AdminAdapterState.Retired,
        _ => AdminAdapterState.Candidate,
    };
}
