using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.AI;

namespace Platform.ModelHost.Client;

/// <summary>Tells a service of ours which of a request's are one person's: those who wait take turns by person, a person stays with one version of an adapter, and who is no administrator gets released versions alone. No other service is told.</summary>
public static class AskedBy
{
    /// <summary>Key of AdditionalProperties; never sent.</summary>
    internal const string Key = "asked_by";

    /// <summary>Key of AdditionalProperties, and the field of a service of ours.</summary>
    internal const string ReleasedOnly = "released_only";

    /// <summary>Says in a request's options who asks. Without it the conversation stands for its person.</summary>
    /// <param name="options">The request's.</param>
    /// <param name="userId">The person's id.</param>
    /// <param name="isAdministrator">False refuses adapters' versions that nobody let through as if they were not there.</param>
    /// <returns>The same options.</returns>
    public static ChatOptions By(this ChatOptions options, string userId, bool isAdministrator)
    {
        ArgumentNullException.ThrowIfNull(options);
        ((options.AdditionalProperties ??= [])[Key], options.AdditionalProperties[ReleasedOnly]) = (userId, !isAdministrator);
        return options;
    }

    /// <summary>Whether a request's options say that it is no administrator's.</summary>
    internal static bool IsReleasedOnly(ChatOptions? options) => options?.AdditionalProperties?.GetValueOrDefault(ReleasedOnly) is true;

    /// <summary>A person's name for the service, the same in every request; nothing can be read out of it.</summary>
    /// <param name="userId">The person's id.</param>
    public static string Name(string userId) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("user\0" + userId)));
}
