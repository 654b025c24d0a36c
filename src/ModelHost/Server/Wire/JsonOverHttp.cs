using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Platform.ModelHost.Server.Wire;

/// <summary>Reads and writes bodies. Wrong types throw JsonException with the path of the field; <see cref="Problems"/> makes the 400.</summary>
internal static class JsonOverHttp
{
    public static async Task<T> ReadJsonAsync<T>(this HttpContext http, JsonTypeInfo<T> type)
    {
        if (!http.Request.HasJsonContentType())
        {
            throw new RequestRefused(new Problem(415, "invalid_request_error", "unsupported_media_type",
                $"The body's type is '{http.Request.ContentType}'; send 'Content-Type: application/json'."));
        }

        return await JsonSerializer.DeserializeAsync(http.Request.Body, type, http.RequestAborted) ?? throw new JsonException();
    }

    public static async Task WriteJsonAsync<T>(this HttpContext http, T body, JsonTypeInfo<T> type)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        await JsonSerializer.SerializeAsync(http.Response.Body, body, type, http.RequestAborted);
    }
}
