using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Platform.Retrieval;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Ingest;
using Platform.Web.Host;

namespace Platform.Web.Features.Knowledge;

/// <summary>POST /api/bases/{id}/documents: one file, as the raw body with ?name= or as the first file of a multipart form; streamed, never wholly in memory.</summary>
/// <remarks>Answers 201 for a new document, 200 when it replaced one or was skipped, 409 with what is there when ?choice= is ask (the default) and the base already holds it.</remarks>
public static class Upload
{
    // What a multipart form may carry besides the file.
    private const long Envelope = 64 * 1024;

    public static void MapUpload(this IEndpointRouteBuilder app) =>
        app.MapPost("/api/bases/{id:guid}/documents", HandleAsync).RequireAuthorization(); // the host asks every change for its antiforgery token

    private static async Task<IResult> HandleAsync(
        Guid id, string? name, string? choice, HttpContext http, KnowledgeBases bases, IngestDocument ingest, IOptions<RetrievalOptions> options, CancellationToken cancellation)
    {
        var limit = options.Value.MaxFileBytes;
        if (Check(http.Request, limit) is { } refusal)
        {
            throw refusal;
        }
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit + Envelope;
        }

        var caller = CurrentCaller.From(http.User);
        if (!await bases.CanChangeAsync(caller, id, cancellation))
        {
            throw new NotFoundException($"Knowledge base {id}");
        }

        var (fileName, content) = await OpenAsync(http.Request, name, cancellation);
        return Answer(await ingest.AddAsync(caller, id, fileName, content, Choice(choice), cancellation));
    }

    /// <summary>What is wrong with a request before its body is read, or null.</summary>
    public static Exception? Check(HttpRequest request, long limit) =>
        request.ContentLength > limit + (IsForm(request) ? Envelope : 0)
            ? new IngestException(IngestError.TooLarge, $"The file is {Sizes.Of(request.ContentLength.Value)}; the limit is {Sizes.Of(limit)}. Split it, or raise Retrieval:MaxFileBytes.")
            : null;

    /// <summary>ask, skip, replace or keep_both; nothing means ask.</summary>
    public static DuplicateChoice Choice(string? text) => text switch
    {
        null or "" or "ask" => DuplicateChoice.Ask,
        "skip" => DuplicateChoice.Skip,
        "replace" => DuplicateChoice.Replace,
        "keep_both" => DuplicateChoice.KeepBoth,
        _ => throw new ArgumentException($"The choice is '{text}'; it must be ask, skip, replace or keep_both."),
    };

    private static IResult Answer(IngestReceipt receipt) => receipt.Outcome switch
    {
        IngestOutcome.Added => Results.Json(new { outcome = "added", document = Brief(receipt.Document) }, statusCode: StatusCodes.Status201Created),
        IngestOutcome.Duplicate => Results.Json(
            new
            {
                error = new { message = $"The base already holds '{receipt.Existing?.Name}'. Send it again with ?choice=skip, replace or keep_both.", type = "conflict_error", param = "choice", code = "already_exists" },
                existing = Brief(receipt.Existing),
            },
            statusCode: StatusCodes.Status409Conflict),
        IngestOutcome.Replaced => Results.Json(new { outcome = "replaced", document = Brief(receipt.Document) }),
        _ => Results.Json(new { outcome = "skipped", document = Brief(receipt.Existing ?? receipt.Document) }),
    };

    private static object? Brief(DocumentInfo? document) => document is null ? null : new { id = document.Id, name = document.Name, bytes = document.Bytes, sha256 = document.Sha256 };

    private static bool IsForm(HttpRequest request) => request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) == true;

    private static async Task<(string Name, Stream Content)> OpenAsync(HttpRequest request, string? name, CancellationToken cancellation)
    {
        if (!IsForm(request))
        {
            return string.IsNullOrWhiteSpace(name)
                ? throw new ArgumentException("The file has no name. Give one with ?name=.") : (name, request.Body);
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 } boundary)
        {
            throw new ArgumentException("The form has no boundary. Send multipart/form-data with one.");
        }

        var reader = new MultipartReader(boundary, request.Body);
        while (await reader.ReadNextSectionAsync(cancellation) is { } section)
        {
            if (section.GetContentDispositionHeader() is { } header && header.IsFileDisposition())
            {
                var given = header.FileNameStar.HasValue ? header.FileNameStar : header.FileName;
                return (string.IsNullOrWhiteSpace(name) ? HeaderUtilities.RemoveQuotes(given).ToString() : name, section.Body);
            }
        }
        throw new ArgumentException("The form holds no file. Send one as a part with a file name.");
    }
}
