using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.WebUtilities;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Server.Generating;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Messages;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server;

/// <summary>The one place that knows which error is which HTTP status and code.</summary>
internal sealed partial class Problems(RequestDelegate next, ILogger<Problems> log)
{
    private const int ClientClosed = 499;

    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
        }
        catch (Exception ex) when (http.RequestAborted.IsCancellationRequested)
        {
            LogClientLeft(http.TraceIdentifier, ex);
            if (!http.Response.HasStarted)
            {
                http.Response.StatusCode = ClientClosed;
            }
        }
        catch (Exception ex) when (!http.Response.HasStarted)
        {
            http.Response.Clear();
            await WriteAsync(http, Describe(http, ex));
        }
    }

    /// <summary>The problem that an exception is, logged where it is our fault. Also for failures inside a stream.</summary>
    public static Problem Describe(HttpContext http, Exception ex)
    {
        var draining = http.RequestServices.GetRequiredService<EngineHost>().Drained.IsCancellationRequested;
        var problem = SentFields.Named(http, Of(ex, http.TraceIdentifier, draining));
        if (problem.Status == 500)
        {
            http.RequestServices.GetRequiredService<ILogger<Problems>>().LogError(ex, "{RequestId} failed.", http.TraceIdentifier);
        }

        return problem;
    }

    /// <summary>The table.</summary>
    public static Problem Of(Exception ex, string requestId, bool draining) => ex switch
    {
        RequestRefused refused => refused.Problem,
        EngineException engine => OfEngine(engine, requestId),
        JsonException json => OfJson(json),
        InvalidOperationException { Source: "System.Text.Json.Rethrowable" } => Problem.HalfPair, // what is JSON inside of a text
        BadHttpRequestException { StatusCode: 413 } large => new Problem(413, "invalid_request_error", "request_too_large", large.Message),
        BadHttpRequestException bad => new Problem(bad.StatusCode, "invalid_request_error", null, bad.Message),
        OperationCanceledException when draining => Problem.ShuttingDown,
        _ => Internal(requestId),
    };

    [LoggerMessage(LogLevel.Debug, "{RequestId}: the client left.")]
    private partial void LogClientLeft(string requestId, Exception ex);

    private static Problem OfEngine(EngineException ex, string requestId) => ex.Kind switch
    {
        EngineErrorKind.ModelNotFound => new Problem(404, "invalid_request_error", "model_not_found", ex.Message, ex.Parameter ?? "model"),
        EngineErrorKind.InvalidModelFile when ex.Parameter is not null => new Problem(400, "invalid_request_error", "adapter_unusable", ex.Message, ex.Parameter),
        EngineErrorKind.Busy => new Problem(409, "conflict_error", "model_in_use", ex.Message, ex.Parameter),
        EngineErrorKind.WrongState => new Problem(409, "conflict_error", "wrong_state", ex.Message, ex.Parameter),
        EngineErrorKind.BadRequest => new Problem(400, "invalid_request_error", "invalid_value", ex.Message, ex.Parameter),
        EngineErrorKind.ContextTooLong => new Problem(400, "invalid_request_error", "context_length_exceeded", ex.Message, ex.Parameter) { PromptTokens = ex.PromptTokens, ContextTokens = ex.ContextTokens },
        EngineErrorKind.QueueFull => new Problem(429, "rate_limit_error", "queue_full", ex.Message) { RetryAfter = ex.RetryAfter ?? TimeSpan.FromSeconds(1) },
        EngineErrorKind.OutOfMemory => new Problem(503, "unavailable_error", "out_of_memory", ex.Message),
        EngineErrorKind.AlreadyExists => new Problem(409, "conflict_error", "already_exists", ex.Message, ex.Parameter),
        EngineErrorKind.CannotWrite => new Problem(409, "conflict_error", "cannot_write", ex.Message, ex.Parameter),
        EngineErrorKind.NoSpace => new Problem(507, "unavailable_error", "no_space", ex.Message),
        EngineErrorKind.WorkFailed => new Problem(500, "server_error", "job_failed", ex.Message),
        EngineErrorKind.InvalidModelFile or EngineErrorKind.NativesUnusable => new Problem(503, "unavailable_error", "model_failed", ex.Message),
        _ => Internal(requestId),
    };

    /// <summary>What cannot be read at all carries the reader's own exception inside; what has a wrong type does not.</summary>
    private static Problem OfJson(JsonException ex)
    {
        if (ex.InnerException is JsonException broken)
        {
            return new Problem(400, "invalid_request_error", "invalid_json", $"The body is not valid JSON: it cannot be read on from line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1}.");
        }

        var param = JsonWithin.Place(ex.Path);
        return param is null ? new Problem(400, "invalid_request_error", "invalid_type", "The body must be a JSON object.") : Problem.WrongType(param);
    }

    private static Problem Internal(string requestId) =>
        new(500, "server_error", "internal_error", $"The model service failed. Its log says why, under {requestId}.");

    /// <summary>404, 405 and the like, which routing answers without a body.</summary>
    public static Task WriteBareStatusAsync(StatusCodeContext context)
    {
        var http = context.HttpContext;
        var status = http.Response.StatusCode;
        var problem = status switch
        {
            404 => new Problem(404, "invalid_request_error", "not_found", $"There is no {http.Request.Path}."),
            405 => new Problem(405, "invalid_request_error", "method_not_allowed", $"{http.Request.Path} does not answer {http.Request.Method}."),
            _ => new Problem(status, status < 500 ? "invalid_request_error" : "server_error", null, ReasonPhrases.GetReasonPhrase(status)),
        };
        return status == ClientClosed ? Task.CompletedTask : WriteAsync(http, problem);
    }

    public static Task WriteAsync(HttpContext http, Problem problem)
    {
        http.Response.StatusCode = problem.Status;
        if (problem.RetryAfter is { } wait)
        {
            http.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString("0", CultureInfo.InvariantCulture);
        }

        if (MessageErrors.AreOf(http.Request))
        {
            http.Response.Headers[MessageErrors.RequestId] = http.TraceIdentifier;
            return http.WriteJsonAsync(MessageErrors.Of(problem, http.TraceIdentifier), ServerJson.Wire.MessageError);
        }

        return http.WriteJsonAsync(ErrorBody.Of(problem), ServerJson.Wire.ErrorBody);
    }
}
