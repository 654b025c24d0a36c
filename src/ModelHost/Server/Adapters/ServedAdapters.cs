using System.Globalization;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Server.FineTuning.Measures;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Adapters;

/// <summary>The adapters of the registry by name and by number: llama.cpp's clients know them by their place in the list.</summary>
internal static class ServedAdapters
{
    public static IReadOnlyList<AdapterInfo> All(ModelEngine engine) => Model(engine) is { } model ? engine.Adapters(model.Id) : [];

    /// <summary>The model whose adapters have numbers: the one that answers where none is named, else the first that writes; null where none is loaded.</summary>
    public static ModelInfo? Model(ModelEngine engine) => engine.KnownModels.FirstOrDefault(model => model.Info is { IsChat: true })?.Info;

    /// <param name="adapter">A version.</param>
    /// <param name="gate">Judges it.</param>
    public static AdapterCard Card(AdapterInfo adapter, AdapterGate gate) => new(
        "adapter", adapter.Name, adapter.Version, adapter.BaseModel, adapter.BaseSha256, adapter.Rank, adapter.Alpha, adapter.TargetModules, "gguf", State(adapter, gate), adapter.IsServed, adapter.IsLoaded,
        adapter.Sha256, adapter.Bytes, adapter.CreatedAt?.ToUnixTimeSeconds(), adapter.Lineage, adapter.Metrics)
    {
        CanaryShare = adapter.CanaryShare,
        PromotedBy = adapter.PromotedBy,
        PromotedAt = adapter.PromotedAt?.ToUnixTimeSeconds(),
        LastUsedAt = adapter.LastUsedAt?.ToUnixTimeSeconds(),
        RollsBackTo = adapter.RollsBackTo,
        Measures = Measure.In(adapter.Metrics),
        OverrideReason = adapter.OverrideReason,
        Gate = gate.Judge(adapter),
    };

    /// <summary>A draft that passes the gate is a candidate: nothing but a person's word keeps it from production. Its name without a version it gets by that word alone.</summary>
    public static string State(AdapterInfo adapter, AdapterGate gate) => adapter.State switch
    {
        AdapterState.Draft => gate.Judge(adapter) is { Passed: true } ? "candidate" : "draft",
        AdapterState.Candidate => "candidate",
        AdapterState.Production => "production",
        _ => "retired",
    };

    /// <summary>The number of a version in an address.</summary>
    public static int Version(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version
        : throw new RequestRefused(new Problem(404, "invalid_request_error", "not_found", $"'{text}' is no version; versions are numbers.", "version"));

    /// <summary>name@version, or the name of a file without versions.</summary>
    public static string Id(AdapterInfo adapter) => Id(adapter.Name, adapter.Version);

    /// <inheritdoc cref="Id(AdapterInfo)"/>
    public static string Id(AdapterRun run) => Id(run.Name, run.Version);

    /// <summary>The request with names in place of numbers. A number beyond the list stays what it is, for the engine to refuse.</summary>
    public static GenerationRequest Named(GenerationRequest request, ModelEngine engine)
    {
        if (request.Adapters is not { Count: > 0 } choices || !choices.Any(choice => Number(choice) is not null))
        {
            return request;
        }

        var all = All(engine);
        return request with { Adapters = [.. choices.Select(choice => Number(choice) is { } number && number < all.Count ? choice with { Id = Id(all[number]) } : choice)] };
    }

    private static int? Number(AdapterChoice choice) => int.TryParse(choice.Id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Id(string name, int version) => version > 0 ? string.Create(CultureInfo.InvariantCulture, $"{name}@{version}") : name;
}
