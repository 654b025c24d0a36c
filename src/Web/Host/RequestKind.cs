namespace Platform.Web.Host;

/// <summary>Tells people's pages from programs' requests.</summary>
public static class RequestKind
{
    /// <summary>A browser that opens a page, as opposed to a script, an API client, an image or a circuit.</summary>
    public static bool WantsPage(HttpRequest request) =>
        !IsApi(request.Path)
        && !request.Path.StartsWithSegments("/_blazor")
        && request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase));

    public static bool IsApi(PathString path) => path.StartsWithSegments("/api") || path.StartsWithSegments("/v1") || path.StartsWithSegments("/health");
}
