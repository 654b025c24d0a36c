using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client.Http;

/// <summary>The one reader of an event's data: what is awaited, or else the error that ends the stream.</summary>
internal static class EventBody
{
    /// <param name="isOne">Whether it is what is awaited and no error.</param>
    /// <exception cref="ModelHostException">StreamBroken: it is an error, or nothing that can be read.</exception>
    public static T Read<T>(string data, JsonTypeInfo<T> type, Func<T, bool> isOne) where T : class
    {
        try
        {
            if (JsonSerializer.Deserialize(data, type) is { } body && isOne(body))
            {
                return body;
            }

            throw JsonSerializer.Deserialize(data, ClientJson.Default.ErrorBody) is { Error: { } error } ? ModelHostErrors.InStream(error) : ModelHostErrors.Cut(null);
        }
        catch (JsonException ex)
        {
            throw new ModelHostException(ModelHostErrorKind.StreamBroken, "The answer broke off: the model service sent an event that is not the JSON expected.", ex);
        }
    }
}
