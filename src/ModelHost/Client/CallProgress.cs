namespace Platform.ModelHost.Client;

/// <summary>A part of a call that a model is writing.</summary>
/// <param name="Name">Of the tool, as far as it is written. Untrusted.</param>
/// <param name="Characters">Of the name and of the arguments that came with this part.</param>
public sealed record CallProgress(string Name, int Characters);
