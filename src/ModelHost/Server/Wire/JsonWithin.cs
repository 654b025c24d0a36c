using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Platform.ModelHost.Server.Wire;

/// <summary>Reads what stands inside a field that takes several shapes, so that a refusal names its place in the whole request.</summary>
internal static class JsonWithin
{
    /// <exception cref="RequestRefused">It is of another type.</exception>
    public static T Read<T>(JsonElement element, JsonTypeInfo<T> type, string at)
    {
        try
        {
            return element.Deserialize(type) ?? throw new JsonException();
        }
        catch (JsonException ex)
        {
            var place = Place(ex.Path) is { } inner ? $"{at}.{inner}" : at;
            throw new RequestRefused(Problem.WrongType(place));
        }
    }

    /// <summary>$.messages[0].role → messages.[0].role, as OpenAI names it; null for the whole.</summary>
    public static string? Place(string? path) => path is null or "$" ? null : path["$".Length..].Replace("[", ".[", StringComparison.Ordinal).TrimStart('.');
}
