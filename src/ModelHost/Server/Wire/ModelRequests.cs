namespace Platform.ModelHost.Server.Wire;

/// <summary>`POST /models/load` and `/memory/fit`.</summary>
/// <param name="Usual">As the service's options say, whatever the settings of the last time; not beside others.</param>
internal sealed record LoadModelRequest(string? Model, int? ContextTokens, RopeRequest? Rope, bool? Usual);

/// <param name="Type">none, linear or yarn.</param>
/// <param name="Factor">How many times the context of the training.</param>
/// <param name="Base">Of the frequencies.</param>
internal sealed record RopeRequest(string? Type, double? Factor, double? Base);

/// <summary>`POST /models/unload` and `/models/default`.</summary>
internal sealed record NamedModelRequest(string? Model);

/// <summary>`POST /models/pin`.</summary>
internal sealed record PinModelRequest(string? Model, bool? Pinned);
