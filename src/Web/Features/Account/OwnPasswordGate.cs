using Platform.Web.Host;

namespace Platform.Web.Features.Account;

/// <summary>Who still has the password that an administrator gave them chooses their own before anything else.</summary>
public sealed class OwnPasswordGate(RequestDelegate next)
{
    public const string Path = "/account/password";

    /// <summary>Key of the request's item that the session cookie's check sets.</summary>
    public static readonly object Needed = new();

    private static readonly Problem First = new(403, "permission_error", "password_change_required", "Choose a password of your own first: open this server in a browser.");

    public Task InvokeAsync(HttpContext context)
    {
        if (!context.Items.ContainsKey(Needed) || context.GetEndpoint()?.Metadata.GetMetadata<StaticFile>() is not null
            || context.Request.Path.StartsWithSegments("/account") || context.Request.Path.StartsWithSegments("/health"))
        {
            return next(context);
        }

        if (RequestKind.WantsPage(context.Request))
        {
            context.Response.Redirect(Path);
            return Task.CompletedTask;
        }

        return Problems.WriteAsync(context, First);
    }
}
