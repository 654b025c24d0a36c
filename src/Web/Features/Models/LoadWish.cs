using Platform.ModelHost.Client.Admin;

namespace Platform.Web.Features.Models;

/// <summary>What a person chose for loading a model.</summary>
/// <param name="ContextTokens">Null takes what the service usually takes.</param>
/// <param name="UnloadFirst">Ids of models that have to make room.</param>
public sealed record LoadWish(string Model, int? ContextTokens, RopeChoice? Rope, IReadOnlyList<string> UnloadFirst);
