namespace Platform.Web.Host;

/// <summary>Tells people's pages from programs' requests.</summary>
public static class RequestKind
{
    /// <summary>Where requests, and so errors, have the shapes of Anthropic's Messages API.</summary>
    public const string Messages = "/v1/messages";

    private const string AnyType = "*/*";

    /// <summary>Somebody who opens a page, as opposed to a script, an API client, an image or a circuit: a browser that asks for HTML, or a tool such as curl that takes whatever there is.</summary>
    public static bool WantsPage(HttpRequest request) =>
        !IsApi(request.Path)
        && !request.Path.StartsWithSegments("/_blazor")
        && !request.Path.StartsWithSegments("/_framework")
        && (request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase)) || TakesAnything(request));

    public static bool IsApi(PathString path) => path.StartsWithSegments("/api") || IsForPrograms(path) || path.StartsWithSegments("/health");

    /// <summary>What API keys open: the public API, and the server for MCP clients.</summary>
    public static bool IsForPrograms(PathString path) => path.StartsWithSegments("/v1") || path.StartsWithSegments("/mcp");

    // What a page of ours fetches says in Sec-Fetch-Dest that it is a part of a page.
    private static bool TakesAnything(HttpRequest request) =>
        request.Headers.Accept is [AnyType] && (request.Headers["Sec-Fetch-Dest"] is [] or ["document"]);
}
