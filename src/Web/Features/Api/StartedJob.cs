using System.Security.Claims;
using System.Text.Json.Nodes;
using Platform.Web.Features.Keys;
using Platform.Web.Features.Training;
using Platform.Web.Host;

namespace Platform.Web.Features.Api;

/// <summary>A program's request for a fine-tuning job, signed with who asked: the key's owner and the key's name, whatever the request says of itself.</summary>
internal static class StartedJob
{
    private const string Metadata = "metadata";
    private const int MostPairs = 16; // as many as the service takes

    /// <summary>Who asks: the person, and the name of the key that stands for them; null for nobody.</summary>
    public static string? Name(ClaimsPrincipal person, PresentedKey? key) => person.Identity?.Name is not { Length: > 0 } name ? null : key is null ? name : $"{name} ({key.Key.Name})";

    /// <summary>Lets the job's metadata name its starter. What is no object stays as it came: the service judges it.</summary>
    /// <exception cref="RefusedRequestException">They have no room for another pair: no job is nobody's.</exception>
    public static void Sign(JsonObject job, ClaimsPrincipal person, PresentedKey? key)
    {
        if (Name(person, key) is not { } name || (job[Metadata] ?? new JsonObject()) is not JsonObject metadata)
        {
            return;
        }

        if (metadata.Count == MostPairs && !metadata.ContainsKey(JobOrigin.ByKey))
        {
            throw RefusedRequestException.Of(Metadata, $"'{Metadata}' has {MostPairs} pairs; beside '{JobOrigin.ByKey}', which is added here, {MostPairs - 1} are the most.");
        }

        metadata[JobOrigin.ByKey] = name;
        if (metadata.Parent is null)
        {
            job[Metadata] = metadata;
        }
    }
}
