namespace Platform.ModelHost.Client.Admin;

/// <summary>Where a model is in its life. Other is a state that this client does not know.</summary>
public enum AdminModelState { Unloaded, Loading, Loaded, Downloading, Failed, Other }

/// <summary>A model of the service as an administrator sees it.</summary>
/// <param name="Failure">Why it cannot be used; null else.</param>
/// <param name="Capabilities">chat, completion, tools, reasoning, json_schema, answers, embeddings, rerank.</param>
/// <param name="Sha256">Of its file; null until it has been computed.</param>
/// <param name="IsDefault">It answers where no chat model is named.</param>
/// <param name="NeedsBytes">Estimate of the memory that loading it takes; null where it cannot be told.</param>
/// <param name="SizeBytes">Of its file.</param>
/// <param name="ContextTokens">That it has, or would be loaded with.</param>
/// <param name="Quantization">How most of its weights are packed, as q4_k_m.</param>
public sealed record AdminModel(
    string Id, AdminModelState State, string? Failure, IReadOnlyList<string> Capabilities, string? Sha256, bool IsPinned, bool IsDefault, long? NeedsBytes,
    long SizeBytes, long Parameters, int TrainingContextTokens, int ContextTokens, int EmbeddingLength, string Architecture, string Quantization)
{
    /// <summary>Tokens that it reads: as it is loaded, else as it was trained; 0 where neither is known.</summary>
    public int ReadTokens => ContextTokens > 0 ? ContextTokens : TrainingContextTokens;

    /// <summary>Its file may be deleted through the service.</summary>
    public bool IsDeletable { get; init; }

    /// <summary>What its users ought to know, in the service's own words; null for nothing.</summary>
    public string? Warning { get; init; }

    /// <summary>Context that was chosen when it was loaded last; null for the usual one.</summary>
    public int? ChosenContext { get; init; }

    /// <summary>Scaling that was chosen when it was loaded last.</summary>
    public RopeChoice? ChosenRope { get; init; }

    /// <summary>Formats of a smaller copy; empty where none gains anything.</summary>
    public IReadOnlyList<SmallerCopy> Smaller { get; init; } = [];

    /// <summary>Its file could be read; else it can only be deleted.</summary>
    public bool IsReadable => Architecture.Length > 0;

    /// <summary>It writes text: in conversations, or without a chat template only on from a text.</summary>
    public bool CanWrite => CanChat || Capabilities.Contains("completion");

    public bool CanChat => Capabilities.Contains("chat");

    public bool CanEmbed => Capabilities.Contains("embeddings");
}

/// <param name="To">As q4_k_m.</param>
/// <param name="Bytes">That the file will have, about.</param>
public sealed record SmallerCopy(string To, long Bytes);

/// <summary>How positions are stretched so that a model reads more than it was trained on.</summary>
public enum RopeKind { None, Linear, Yarn }

/// <param name="Factor">How many times the training context, 1 to 64.</param>
/// <param name="Base">Of the frequencies; null leaves the model's.</param>
public sealed record RopeChoice(RopeKind Kind, double Factor, double? Base = null);

/// <summary>Memory that somebody was promised.</summary>
/// <param name="Owner">A model's id, or a job's name.</param>
/// <param name="Part">weights, context, adapters, or what a job calls it.</param>
public sealed record MemoryShare(string Owner, string Part, long Bytes);

/// <param name="TotalBytes">What may be promised in all.</param>
public sealed record MemoryState(long TotalBytes, long FreeBytes, IReadOnlyList<MemoryShare> Uses);

/// <summary>Whether a model could be loaded now.</summary>
/// <param name="FreeBytes">What the model itself holds already counts as free.</param>
/// <param name="Uses">What it needs, part by part.</param>
/// <param name="Reason">Why it does not fit, or which models would be unloaded for it; null when it just fits.</param>
public sealed record ModelFit(bool Fits, long NeedsBytes, long FreeBytes, IReadOnlyList<MemoryShare> Uses, string? Reason);
