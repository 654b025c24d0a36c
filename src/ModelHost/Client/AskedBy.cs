using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.AI;

namespace Platform.ModelHost.Client;

/// <summary>Tells a service of ours which of a request's are one person's: those who wait take turns by person, and a person stays with one version of an adapter. No other service is told.</summary>
public static class AskedBy
{
    /// <summary>Key of AdditionalProperties; never sent.</summary>
    internal const string Key = "asked_by";

    /// <summary>Says in a request's options who asks. Without it the conversation stands for its person.</summary>
    /// <param name="options">The request's.</param>
    /// <param name="userId">The person's id.</param>
    /// <returns>The same options.</returns>
    public static ChatOptions By(this ChatOptions options, string userId)
    {
        ArgumentNullException.ThrowIfNull(options);
        (options.AdditionalProperties ??= [])[Key] = userId;
        return options;
    }

    /// <summary>A person's name for the service, the same in every request; nothing can be read out of it.</summary>
    /// <param name="userId">The person's id.</param>
    public static string Name(string userId) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("user\0" + userId)));
}
