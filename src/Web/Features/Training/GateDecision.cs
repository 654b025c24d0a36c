using Platform.ModelHost.Client.Admin;

namespace Platform.Web.Features.Training;

/// <summary>What an administrator decided of a version after the gate's sheet was read.</summary>
/// <param name="Share">Of the requests, 0 to 1; null puts it into production.</param>
/// <param name="Reason">Why it is let through although it does not pass; null where it passes.</param>
public sealed record GateDecision(AdminAdapter Adapter, double? Share, string? Reason);
