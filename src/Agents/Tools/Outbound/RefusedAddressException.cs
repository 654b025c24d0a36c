namespace Platform.Agents.Tools.Outbound;

/// <summary>A request that is not allowed to leave; the message says what was asked for and who can allow it.</summary>
internal sealed class RefusedAddressException(string message) : Exception(message);
