namespace Platform.ModelHost.Client.Engines;

/// <summary>What a request wants of an engine.</summary>
/// <param name="Model">A model's id, or engine/id; empty for the usual one.</param>
/// <param name="Affinity">The key of its conversation; null goes where least is done.</param>
/// <param name="Fields">Fields of the request that only some engines know.</param>
/// <param name="Sha256">Hash of the weights that must answer; null or empty takes any file of that id.</param>
/// <param name="ReleasedOnly">Whoever asks is not told which models and adapters there are: what is not there, and what is kept from them, is refused in the same words.</param>
internal sealed record EngineCall(string Model, byte[]? Affinity = null, IReadOnlyCollection<string>? Fields = null, string? Sha256 = null, bool ReleasedOnly = false);
