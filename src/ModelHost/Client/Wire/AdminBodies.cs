using Platform.ModelHost.Client.Admin;

namespace Platform.ModelHost.Client.Wire;

internal sealed record AdminModelListBody(IReadOnlyList<AdminModelBody>? Data);

internal sealed record AdminModelBody(
    string? Id, string? Parent, AdminModelStatusBody? Status, IReadOnlyList<string>? Capabilities, string? Sha256, bool? Pinned, bool? Default, long? NeedsBytes, AdminModelMetaBody? Meta,
    bool? Deletable, ModelSettingsBody? Settings, IReadOnlyList<SmallerFormatBody>? QuantizeTo, string? Warning, long? Size)
{
    public AdminModel ToModel() => new(
        Id ?? "", State(Status?.Value), Status?.Message, Capabilities ?? [], Sha256, Pinned ?? false, Default ?? false, NeedsBytes,
        Meta?.Size ?? Size ?? 0, Meta?.NParams ?? 0, Meta?.NCtxTrain ?? 0, Meta?.NCtx ?? 0, Meta?.NEmbd ?? 0, Meta?.Architecture ?? "", Meta?.Quantization ?? "")
    {
        IsDeletable = Deletable ?? false,
        Warning = Warning,
        ChosenContext = Settings?.ContextTokens,
        ChosenRope = Settings?.Rope is { } rope && Enum.TryParse<RopeKind>(rope.Type, ignoreCase: true, out var kind) ? new RopeChoice(kind, rope.Factor ?? 1, rope.Base) : null,
        Smaller = [.. (QuantizeTo ?? []).Select(format => new SmallerCopy(format.To ?? "", format.Size))],
    };

    private static AdminModelState State(string? value) => value switch
    {
        "unloaded" => AdminModelState.Unloaded,
        "loading" => AdminModelState.Loading,
        "loaded" => AdminModelState.Loaded,
        "downloading" => AdminModelState.Downloading,
        "failed" => AdminModelState.Failed,
        _ => AdminModelState.Other,
    };
}

internal sealed record ModelSettingsBody(int? ContextTokens, RopeBody? Rope);

internal sealed record RopeBody(string? Type, double? Factor, double? Base);

internal sealed record SmallerFormatBody(string? To, long Size);

internal sealed record AdminModelStatusBody(string? Value, string? Message);

internal sealed record AdminModelMetaBody(long? Size, long? NParams, int? NCtxTrain, int? NCtx, int? NEmbd, string? Architecture, string? Quantization);

internal sealed record MemoryBody(long TotalBytes, long FreeBytes, IReadOnlyList<MemoryUseBody>? Uses);

internal sealed record MemoryUseBody(string? Owner, string? Part, long Bytes);

internal sealed record MemoryFitBody(bool Fits, long NeedsBytes, long FreeBytes, IReadOnlyList<MemoryUseBody>? Uses, string? Reason);
