namespace Platform.Web.Layout;

/// <summary>The language of a page on threads that have another one or none, such as that of whoever watches the model host.</summary>
public static class PageLanguage
{
    /// <summary>The same callback, run with all that flows with the page that it is made on.</summary>
    public static Action Keep(Action callback) =>
        ExecutionContext.Capture() is { } page ? () => ExecutionContext.Run(page, _ => callback(), null) : callback;
}
