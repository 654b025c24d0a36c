using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire;

internal sealed record ModelListBody(string Object, IReadOnlyList<ModelCard> Data);

/// <param name="Created">When its file was last changed; of an adapter, when it was added. 0 while it is downloaded.</param>
/// <param name="Meta">Null for a file that cannot be read.</param>
internal sealed record ModelCard(
    string Id, string Object, long Created, string OwnedBy, string Root, string? Parent, ModelMeta? Meta, ModelStatus Status, IReadOnlyList<string> Capabilities)
{
    /// <summary>Of the file; null until it has been computed.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Bytes of a file that cannot be read; of others it is in the header's part, meta.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Size { get; init; }

    /// <summary>It stays loaded when others need room.</summary>
    public bool Pinned { get; init; }

    /// <summary>It answers where no chat model is named.</summary>
    public bool Default { get; init; }

    /// <summary>Estimate of the memory that loading it takes; null where it cannot be told.</summary>
    public long? NeedsBytes { get; init; }

    /// <summary>Its file may be deleted by DELETE /v1/models/{id}.</summary>
    public bool Deletable { get; init; }

    /// <summary>How it was loaded last where that is not the usual way.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModelSettings? Settings { get; init; }

    /// <summary>Formats of a smaller copy.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SmallerFormat>? QuantizeTo { get; init; }

    /// <summary>What its users ought to know, as that its own chat template cannot be used.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Warning { get; init; }

    /// <summary>For a model with an adapter on it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ListedAdapter? Adapter { get; init; }
}

/// <summary>What POST /models/load takes to load a model so again.</summary>
internal sealed record ModelSettings(int? ContextTokens, RopeRequest? Rope);

/// <param name="To">As POST /v1/model_jobs takes it.</param>
/// <param name="Size">Bytes that the file will have, about.</param>
internal sealed record SmallerFormat(string To, long Size);

/// <param name="Rank">Null, as the base's hash, for a file that was put there by hand and is not in memory.</param>
internal sealed record ListedAdapter(string Name, int Version, int? Rank, float Scale, string? BaseSha256, string State);

/// <param name="NCtx">Tokens that one request may take here.</param>
/// <param name="Sha256">Of the file: the revision that stored vectors belong to.</param>
internal sealed record ModelMeta(int NCtxTrain, int NCtx, int NEmbd, long NParams, long Size, int NVocab, int VocabType, string Architecture, string Quantization, string? Sha256);

/// <param name="Value">unloaded, loading, loaded, downloading, failed.</param>
/// <param name="Message">Why it failed.</param>
internal sealed record ModelStatus(string Value, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Message = null);

/// <summary>`DELETE /v1/models/{id}`.</summary>
internal sealed record ModelDeleted(string Id, string Object, bool Deleted);
