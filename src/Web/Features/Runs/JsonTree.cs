using System.Text.Json;

namespace Platform.Web.Features.Runs;

/// <summary>JSON as it is looked at: an object or array can be folded.</summary>
public static class JsonTree
{
    /// <summary>So many values are shown unfolded.</summary>
    public const int Small = 200;

    /// <summary>The object or array that a text is; null for any other text, also for a number or a word, and for JSON that no text can be read from: half an emoji as an escape, as a tool writes that cuts its texts off.</summary>
    public static JsonElement? Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.AsSpan().TrimStart() is not ['{' or '[', ..])
        {
            return null;
        }
        try
        {
            var json = JsonElement.Parse(text);
            using Utf8JsonWriter nowhere = new(Stream.Null);
            json.WriteTo(nowhere); // which reads all of its texts
            return json;
        }
        catch (Exception unread) when (unread is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Whether it has at most <see cref="Small"/> values in all.</summary>
    public static bool IsSmall(JsonElement json)
    {
        var left = Small;
        return Fits(json, ref left);
    }

    /// <summary>Values of an object or array; 0 for what can have none.</summary>
    public static int Count(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.GetPropertyCount(),
        JsonValueKind.Array => json.GetArrayLength(),
        _ => 0,
    };

    /// <summary>The values with their names; an array's have none.</summary>
    public static IEnumerable<(string? Name, JsonElement Value)> Values(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().Select(property => ((string?)property.Name, property.Value)),
        JsonValueKind.Array => json.EnumerateArray().Select(value => ((string?)null, value)),
        _ => [],
    };

    private static bool Fits(JsonElement json, ref int left)
    {
        if (--left < 0)
        {
            return false;
        }
        foreach (var (_, value) in Values(json))
        {
            if (!Fits(value, ref left))
            {
                return false;
            }
        }
        return true;
    }
}
