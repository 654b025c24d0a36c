using System.Security.Cryptography;
using System.Text;

namespace Platform.Agents.Nesting;

/// <summary>The run of an agent that another asked.</summary>
internal static class AskedRun
{
    /// <summary>Its id: the same for the same call, whoever makes it and however often. It need not have begun.</summary>
    public static Guid IdOf(Guid askingRun, string callId) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{askingRun:N}/{callId}"))[..16]);
}
