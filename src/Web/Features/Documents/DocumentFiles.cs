using Microsoft.Net.Http.Headers;
using Platform.Retrieval.Documents;
using Platform.Web.Host;

namespace Platform.Web.Features.Documents;

/// <summary>GET /api/documents/{id}/original and /api/documents/{id}/pages/{n}.png.</summary>
/// <remarks>What is sent was uploaded by somebody: it is always a download, never a page of ours.</remarks>
public static class DocumentFiles
{
    public static void MapDocuments(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/documents/{id:guid}/original", OriginalAsync).RequireAuthorization();
        app.MapGet("/api/documents/{id:guid}/pages/{page:int}.png", PageAsync).RequireAuthorization();
    }

    private static async Task<IResult> OriginalAsync(Guid id, HttpContext http, DocumentLibrary library, CancellationToken cancellation)
    {
        var caller = CurrentCaller.From(http.User);
        var document = await library.GetAsync(caller, id, cancellation);
        var content = await library.OpenOriginalAsync(caller, id, cancellation);
        Harmless(http.Response);
        http.Response.Headers.CacheControl = "private, no-store";
        return Results.Stream(content, document.MediaType, PlainName(document.Name), enableRangeProcessing: content.CanSeek);
    }

    private static async Task<IResult> PageAsync(Guid id, int page, HttpContext http, DocumentLibrary library, CancellationToken cancellation)
    {
        var caller = CurrentCaller.From(http.User);
        var document = await library.GetAsync(caller, id, cancellation);
        var picture = await library.RenderPageAsync(caller, id, page, cancellation);
        Harmless(http.Response);
        // The address carries the version, so that a browser may keep the picture.
        http.Response.Headers.CacheControl = "private, max-age=86400";
        return Results.Bytes(picture, "image/png", entityTag: new EntityTagHeaderValue($"\"{document.Id:N}-{document.Version}-{page}\""));
    }

    private static void Harmless(HttpResponse response)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
    }

    /// <summary>A file name without what could mislead: control and direction characters, folders.</summary>
    public static string PlainName(string name)
    {
        var plain = new string([.. name.Where(c => !char.IsControl(c) && char.GetUnicodeCategory(c) != System.Globalization.UnicodeCategory.Format)]);
        plain = plain[(plain.LastIndexOfAny(['/', '\\']) + 1)..].Trim();
        return plain.Length > 0 ? plain : "document";
    }
}
