namespace Platform.ModelHost.Client.Wire;

/// <summary>`GET /v1/models`, with the extensions of our service (capabilities, meta) and of vLLM (max_model_len).</summary>
internal sealed record ModelListBody(IReadOnlyList<ModelCardBody>? Data);

internal sealed record ModelCardBody(string? Id, IReadOnlyList<string>? Capabilities, ModelMetaBody? Meta, int? MaxModelLen, string? OwnedBy, string? Sha256, bool? Pinned);

internal sealed record ModelMetaBody(int? NCtx, int? NCtxTrain, int? NEmbd, long? Size, string? Sha256);
