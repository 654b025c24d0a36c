using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire;

internal sealed record ModelListBody(string Object, IReadOnlyList<ModelCard> Data);

internal sealed record ModelCard(
    string Id, string Object, long Created, string OwnedBy, string Root, string? Parent, ModelMeta Meta, ModelStatus Status, IReadOnlyList<string> Capabilities)
{
    /// <summary>For a model with an adapter on it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AdapterUsed? Adapter { get; init; }
}

/// <param name="NCtx">Tokens that one request may take here.</param>
/// <param name="Sha256">Of the file: the revision that stored vectors belong to.</param>
internal sealed record ModelMeta(int NCtxTrain, int NCtx, int NEmbd, long NParams, long Size, int NVocab, int VocabType, string Architecture, string Sha256);

internal sealed record ModelStatus(string Value);
