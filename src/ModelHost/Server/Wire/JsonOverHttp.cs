using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;

namespace Platform.ModelHost.Server.Wire;

/// <summary>Reads and writes bodies. Wrong types throw JsonException with the path of the field; <see cref="Problems"/> makes the 400.</summary>
internal static class JsonOverHttp
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static async Task<T> ReadJsonAsync<T>(this HttpContext http, JsonTypeInfo<T> type)
    {
        if (!http.Request.HasJsonContentType())
        {
            throw new RequestRefused(new Problem(415, "invalid_request_error", "unsupported_media_type",
                $"The body's type is '{http.Request.ContentType}'; send 'Content-Type: application/json'."));
        }

        using var content = new MemoryStream();
        await http.Request.Body.CopyToAsync(content, http.RequestAborted);
        return Read(content.GetBuffer().AsSpan(0, (int)content.Length), type) ?? throw new JsonException();
    }

    /// <summary>Null for a request without a body, whatever type it states: OpenAI's own client states JSON for every POST.</summary>
    public static async Task<T?> ReadJsonOrNoneAsync<T>(this HttpContext http, JsonTypeInfo<T> type) where T : class =>
        http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true } ? await http.ReadJsonAsync(type) : null;

    private static T? Read<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
    {
        body = body.StartsWith(ByteOrderMark) ? body[ByteOrderMark.Length..] : body;
        if (Unreadable(body) is { } why)
        {
            throw new RequestRefused(new Problem(400, "invalid_request_error", "invalid_json", why));
        }

        if (HasHalfPair(body))
        {
            throw new RequestRefused(Problem.HalfPair);
        }

        return JsonSerializer.Deserialize(body, type);
    }

    /// <summary>Why a body is no text that JSON could stand in, or null.</summary>
    private static string? Unreadable(ReadOnlySpan<byte> body)
    {
        if (body.Trim(" \t\r\n"u8).IsEmpty)
        {
            return "The body is empty; send a JSON object.";
        }

        if (body is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0, ..] or [_, 0, ..])
        {
            return "The body is UTF-16 or UTF-32; send JSON in UTF-8.";
        }

        if (Utf8.IsValid(body))
        {
            return null;
        }

        var at = 0;
        while (Rune.DecodeFromUtf8(body[at..], out _, out var length) == OperationStatus.Done)
        {
            at += length;
        }

        return $"The body is not UTF-8: its byte {at + 1} is 0x{body[at]:X2}, which begins no character there, as in texts of Latin-1 or another old encoding. Send JSON in UTF-8.";
    }

    /// <summary>Whether a text or a name holds half of a surrogate pair: no text can be made of it, wherever it is asked for.</summary>
    private static bool HasHalfPair(ReadOnlySpan<byte> body)
    {
        if (body.IndexOf("\\ud"u8) < 0 && body.IndexOf("\\uD"u8) < 0)
        {
            return false;
        }

        try
        {
            for (var reader = new Utf8JsonReader(body); reader.Read();)
            {
                _ = reader.ValueIsEscaped ? reader.GetString() : null;
            }
        }
        catch (InvalidOperationException)
        {
            return true;
        }
        catch (JsonException)
        {
            return false; // whoever reads it says where it is broken
        }

        return false;
    }

    public static async Task WriteJsonAsync<T>(this HttpContext http, T body, JsonTypeInfo<T> type)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        await JsonSerializer.SerializeAsync(http.Response.Body, body, type, http.RequestAborted);
    }
}
