namespace Platform.Agents.Tools.Outbound;

/// <summary>A request that is not allowed to leave; the message says what was asked for and who can allow it.</summary>
/// <param name="isInside">Whether it leads to this machine or its network.</param>
internal sealed class RefusedAddressException(string message, bool isInside = false) : Exception(message)
{
    public bool IsInside { get; } = isInside;
}
