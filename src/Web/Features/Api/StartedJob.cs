using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Web.Features.Keys;
using Platform.Web.Features.Training;

namespace Platform.Web.Features.Api;

/// <summary>A program's request for a fine-tuning job, signed with who asked: the key's owner and the key's name, whatever the request says of itself.</summary>
internal static class StartedJob
{
    private const string Address = "/v1/fine_tuning/jobs", Metadata = "metadata";
    private const int MostPairs = 16; // as many as the service takes

    /// <summary>Whether a request makes a job.</summary>
    public static bool IsMeant(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) && string.Equals(request.Path.Value?.TrimEnd('/'), Address, StringComparison.OrdinalIgnoreCase);

    /// <summary>Who asks: the person, and the name of the key that stands for them; null for nobody.</summary>
    public static string? Name(ClaimsPrincipal person, PresentedKey? key) => person.Identity?.Name is not { Length: > 0 } name ? null : key is null ? name : $"{name} ({key.Key.Name})";

    /// <summary>The request's body with the job's metadata naming its starter. What is no object, or has no room for another pair, stays as it came: the service judges it.</summary>
    public static byte[] Signed(byte[] body, ClaimsPrincipal person, PresentedKey? key)
    {
        try
        {
            if (JsonNode.Parse(body) is not JsonObject job || Name(person, key) is not { } name)
            {
                return body;
            }

            var metadata = job[Metadata] switch { null => [], JsonObject given => given, _ => null };
            if (metadata is null || (metadata.Count >= MostPairs && !metadata.ContainsKey(JobOrigin.ByKey)))
            {
                return body;
            }

            metadata[JobOrigin.ByKey] = name;
            job[Metadata] = metadata;
            return JsonSerializer.SerializeToUtf8Bytes(job);
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException)
        {
            return body; // not JSON, or a name twice
        }
    }
}
