using Microsoft.AspNetCore.Diagnostics;
using Platform.Agents;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.ModelHost;
using Platform.ModelHost.Client;
using Platform.Retrieval;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Storage;
using Platform.Training.Datasets;
using Platform.Web.Features.Api;
using Platform.Web.Features.Models;

namespace Platform.Web.Host;

/// <summary>An error as an endpoint answers it.</summary>
/// <param name="Message">For people; never a stack, a path or a secret.</param>
/// <param name="Param">The field of the request that it is about.</param>
public sealed record Problem(int Status, string Type, string Code, string Message, TimeSpan? RetryAfter = null, string? Param = null)
{
    /// <summary>As it stands in a body, or in an event of a stream that has begun.</summary>
    public object Error(string requestId) => new { error = new { message = Message, type = Type, param = Param, code = Code, request_id = requestId } };

    /// <summary>The same as Anthropic's Messages API tells it.</summary>
    public object MessagesError(string requestId) => new { type = "error", error = new { type = MessagesErrorTypes.Of(Status), message = Message }, request_id = requestId };
}

/// <summary>The one table from errors to answers of the HTTP API: the only place of this room that knows both.</summary>
public sealed class Problems(ILogger<Problems> log) : IExceptionHandler
{
    private const string Invalid = "invalid_request_error";
    private const string Unavailable = "unavailable_error";

    public static Problem Of(Exception error) => error switch
    {
        RefusedRequestException refused => refused.Problem,
        NotFoundException => new(404, Invalid, "not_found", error.Message),
        RunConflictException or ApprovalConflictException => new(409, "conflict_error", "run_conflict", error.Message),
        AgentConflictException => new(409, "conflict_error", "already_exists", error.Message),
        ModelInUseException => new(409, "conflict_error", "in_use", error.Message),
        DatasetException refused => new(400, Invalid, refused.Code, refused.Message),
        IngestException ingest => OfIngest(ingest),
        _ when NoSpace.Is(error) => new(507, "server_error", "no_space", "The server's disk is full: nothing was stored. Free some space and try again."),
        ModelHostException model => OfModelHost(model),
        RunException run => OfRun(run),
        BadHttpRequestException { StatusCode: 413 } => new(413, Invalid, "file_too_large", "The request is larger than this server takes. Send less at once."),
        BadHttpRequestException bad => new(bad.StatusCode, Invalid, "bad_request", bad.Message),
        UnauthorizedAccessException => OfStatus(403),
        FieldException refused => new(400, Invalid, "invalid_argument", refused.Message, Param: EventNames.OfField(refused.Field)),
        ArgumentException => new(400, Invalid, "invalid_argument", Said(error)),
        _ => new(500, "server_error", "internal_error", "The server failed on this request. Its log holds the cause under the request id."),
    };

    /// <summary>What an error says, for people: without the name of a parameter of the program's own.</summary>
    public static string Said(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        var parameter = error is ArgumentException { ParamName: { } name } ? $" (Parameter '{name}')" : "";
        return parameter.Length > 0 && error.Message.EndsWith(parameter, StringComparison.Ordinal) ? error.Message[..^parameter.Length] : error.Message;
    }

    /// <summary>For answers that no exception led to.</summary>
    public static Problem OfStatus(int status) => status switch
    {
        401 => new(401, "authentication_error", "sign_in_required", "Nobody is signed in. Sign in and try again."),
        403 => new(403, "permission_error", "forbidden", "This account may not do that."),
        404 => new(404, Invalid, "not_found", "There is nothing at this address."),
        405 => new(405, Invalid, "method_not_allowed", "This address does not take this method."),
        413 => new(413, Invalid, "file_too_large", "The request is larger than this server takes. Send less at once."),
        415 => new(415, Invalid, "unsupported_file_type", "This content type is not taken here."),
        429 => new(429, "rate_limit_error", "rate_limit_exceeded", "Too many requests. Wait a minute and try again.", TimeSpan.FromMinutes(1)),
        503 => new(503, Unavailable, "unavailable", "The server cannot answer this now. Try again shortly.", TimeSpan.FromSeconds(5)),
        >= 500 => new(status, "server_error", "internal_error", "The server failed on this request. Its log holds the cause under the request id."),
        _ => new(status, Invalid, "bad_request", "The request cannot be understood."),
    };

    /// <summary>The body of an error, in the shape of the API that was asked.</summary>
    public static object Body(HttpContext context, Problem problem)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(problem);
        return Asked(context).StartsWithSegments(RequestKind.Messages) ? problem.MessagesError(context.TraceIdentifier) : problem.Error(context.TraceIdentifier);
    }

    /// <summary>Writes the body {error: {message, type, code, param, request_id}}, or that of the Messages API, with its status and Retry-After.</summary>
    public static Task WriteAsync(HttpContext context, Problem problem)
    {
        context.Response.StatusCode = problem.Status;
        context.Response.Headers.CacheControl = "no-store";
        if (problem.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return context.Response.WriteAsJsonAsync(Body(context, problem), RunJson.Options, context.RequestAborted);
    }

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var asked = Asked(httpContext);
        var problem = Of(exception);
        if (problem.Status >= 500)
        {
            log.LogError(exception, "{Method} {Path} failed with {Status} {Code}; request {RequestId}", httpContext.Request.Method, asked, problem.Status, problem.Code, httpContext.TraceIdentifier);
        }

        if (!RequestKind.IsApi(asked) && RequestKind.WantsPage(httpContext.Request))
        {
            return false; // a person's page: the error page answers
        }

        await WriteAsync(httpContext, problem);
        return true;
    }

    // The handler runs under the error page's path: what was asked for tells who asked.
    private static PathString Asked(HttpContext context) => context.Features.Get<IExceptionHandlerPathFeature>()?.Path ?? context.Request.Path;

    private static Problem OfIngest(IngestException error) => error.Error switch
    {
        IngestError.TooLarge => new(413, Invalid, "file_too_large", error.Message),
        IngestError.UnsupportedType => new(415, Invalid, "unsupported_file_type", error.Message),
        IngestError.NoSpace => new(507, "server_error", "no_space", error.Message),
        IngestError.ModelUnavailable => new(503, Unavailable, "model_unavailable", error.Message, TimeSpan.FromSeconds(5)),
        IngestError.ReaderMissing => new(501, "not_supported_error", "not_supported", error.Message),
        IngestError.Failed => new(500, "server_error", "internal_error", error.Message),
        _ => new(422, Invalid, "unprocessable_document", error.Message),
    };

    private static Problem OfModelHost(ModelHostException error) => error.Kind switch
    {
        ModelHostErrorKind.Unavailable => new(503, Unavailable, error.Code is "model_loading" or "out_of_memory" ? error.Code : "model_unavailable", error.Message, error.RetryAfter ?? TimeSpan.FromSeconds(5)),
        ModelHostErrorKind.Busy => new(429, "rate_limit_error", "queue_full", error.Message, error.RetryAfter ?? TimeSpan.FromSeconds(5)),
        ModelHostErrorKind.ContextTooLong => new(400, Invalid, "context_length_exceeded", error.Message, Param: error.Param),
        ModelHostErrorKind.BadRequest => new(error.StatusCode is 413 or 415 or 422 ? error.StatusCode.Value : 400, Invalid, error.Code is { Length: > 0 } code && code != Invalid ? code : "bad_request", error.Message, Param: error.Param),
        ModelHostErrorKind.ModelNotFound => new(404, Invalid, "model_not_found", error.Message, Param: error.Param ?? "model"),
        _ => new(502, "server_error", "model_failed", error.Message),
    };

    private static Problem OfRun(RunException error) => error.Kind switch
    {
        RunErrorKind.ModelUnavailable => new(503, Unavailable, "model_unavailable", error.Message, TimeSpan.FromSeconds(5)),
        RunErrorKind.ModelBusy => new(429, "rate_limit_error", "queue_full", error.Message, TimeSpan.FromSeconds(5)),
        RunErrorKind.ContextTooLong => new(400, Invalid, "context_length_exceeded", error.Message),
        RunErrorKind.ToolUnavailable => new(400, Invalid, "tool_unavailable", error.Message),
        RunErrorKind.ModelTooWeak => new(400, Invalid, "model_too_weak", error.Message),
        RunErrorKind.OutOfTime => new(504, "server_error", "out_of_time", error.Message),
        _ => new(500, "server_error", "run_failed", error.Message),
    };
}
