using Platform.Web.Host;

namespace Platform.Web.Features.Setup;

/// <summary>Until the first administrator exists every page leads to set-up, and programs are told so.</summary>
public sealed class SetupGate(RequestDelegate next, SetupState setup)
{
    public const string Path = "/setup";

    private static readonly Problem Needed = new(503, "unavailable_error", "setup_required", "This server has no administrator yet. Open it in a browser and finish the set-up.");

    public async Task InvokeAsync(HttpContext context)
    {
        if (IsOpen(context) || await setup.IsDoneAsync(context.RequestAborted))
        {
            await next(context);
        }
        else if (RequestKind.WantsPage(context.Request))
        {
            context.Response.Redirect(Path);
        }
        else
        {
            await Problems.WriteAsync(context, Needed);
        }
    }

    // Set-up itself, health, and the files that a page is made of.
    private static bool IsOpen(HttpContext context) =>
        context.Request.Path.StartsWithSegments(Path)
        || context.Request.Path.StartsWithSegments("/health")
        || context.GetEndpoint()?.Metadata.GetMetadata<StaticFile>() is not null;
}
