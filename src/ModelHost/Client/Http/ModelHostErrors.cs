using System.Net;
using System.Text.Json;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client.Http;

/// <summary>The one table from what a service answers to <see cref="ModelHostException"/>. The sentences reach people who ask questions: no address is in them; what lies below is the inner exception, for the log.</summary>
internal static class ModelHostErrors
{
    /// <summary>Code of a service that was waited for as long as is allowed.</summary>
    public const string SilentCode = "silent";

    /// <summary>The Messages API has one word for all that is not there, and a model is all that its requests name.</summary>
    private static readonly string NotFoundOfMessages = MessagesErrorTypes.Of(404);

    private const int MaxErrorBytes = 64 * 1024;

    /// <summary>Reads a refusal: the service's own reason, as far as it gave one.</summary>
    public static async Task<ModelHostException> ReadAsync(HttpResponseMessage response, TimeProvider time, CancellationToken cancellation)
    {
        var (message, code, param) = Parse(await ReadBoundedAsync(response, cancellation));
        var kind = Kind(response.StatusCode, code, message);
        return new ModelHostException(kind, message ?? $"The model service answered {(int)response.StatusCode} without a reason.")
        {
            RetryAfter = RetryAfter(response, time),
            StatusCode = (int)response.StatusCode,
            Code = code,
            Param = param,
            SaysNothingOfEngine = code is "out_of_memory" or "model_failed", // ours, of one model: the others go on
        };
    }

    /// <summary>An error that arrived inside a stream that had begun well.</summary>
    public static ModelHostException InStream(ErrorDetailBody error) =>
        new(ModelHostErrorKind.StreamBroken, $"The answer broke off: {error.Message ?? "the model service gave no reason"}") { Code = Text(error.Code), SaysNothingOfEngine = true };

    public static ModelHostException Cut(Exception? inner) =>
        new(ModelHostErrorKind.StreamBroken, "The answer broke off: the model service closed the connection before the end. Ask again.", inner);

    /// <summary>It answers no look any more, and this stream of it is as quiet.</summary>
    public static ModelHostException GivenUp() =>
        new(ModelHostErrorKind.StreamBroken, "The answer broke off: the model service stopped answering. Ask again.");

    public static ModelHostException Unreachable(Exception inner) =>
        new(ModelHostErrorKind.Unavailable, "The model service does not answer. Try again in a moment; if it stays so, the log names the cause.", inner);

    public static ModelHostException Silent(TimeSpan limit) =>
        new(ModelHostErrorKind.Unavailable, $"The model service said nothing for {limit.TotalSeconds:0} s (ModelHost:SilenceLimit).") { Code = SilentCode };

    public static ModelHostException Unreadable(Uri address, string why, Exception? inner = null) =>
        new(ModelHostErrorKind.Failed, $"The model service's answer from {address.AbsolutePath} cannot be used: {why}", inner);

    private static ModelHostErrorKind Kind(HttpStatusCode status, string? code, string? message) => (int)status switch
    {
        400 when IsContextLength(code, message) => ModelHostErrorKind.ContextTooLong,
        401 or 403 => ModelHostErrorKind.Unauthorized,
        404 when code == "model_not_found" || code == NotFoundOfMessages || message?.Contains("model", StringComparison.OrdinalIgnoreCase) == true => ModelHostErrorKind.ModelNotFound,
        429 => ModelHostErrorKind.Busy,
        502 or 503 or 504 => ModelHostErrorKind.Unavailable,
        >= 400 and < 500 => ModelHostErrorKind.BadRequest,
        _ => ModelHostErrorKind.Failed,
    };

    /// <summary>OpenAI and ours name it by code, llama.cpp by type, vLLM only in words.</summary>
    private static bool IsContextLength(string? code, string? message) =>
        code is "context_length_exceeded" or "exceed_context_size_error" || message?.Contains("maximum context length", StringComparison.OrdinalIgnoreCase) == true;

    private static (string? Message, string? Code, string? Param) Parse(byte[] body)
    {
        try
        {
            var parsed = JsonSerializer.Deserialize(body, ClientJson.Default.ErrorBody);
            return (parsed?.Error?.Message ?? parsed?.Message, TextualCode(parsed?.Error), parsed?.Error?.Param is { ValueKind: JsonValueKind.String } param ? param.GetString() : null);
        }
        catch (JsonException)
        {
            return (null, null, null); // a proxy's HTML page says less than the status code
        }
    }

    private static string? TextualCode(ErrorDetailBody? error) =>
        error?.Code is { ValueKind: JsonValueKind.String } code ? code.GetString() : error?.Type ?? Text(error?.Code);

    private static string? Text(JsonElement? code) => code?.ToString();

    private static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > time.GetUtcNow() => date - time.GetUtcNow(),
        _ => null,
    };

    private static async Task<byte[]> ReadBoundedAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var buffer = new byte[MaxErrorBytes];
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
            var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
            return buffer[..read];
        }
        catch (Exception cut) when (cut is IOException or HttpRequestException)
        {
            return []; // the status code stands by itself
        }
    }
}
