namespace Platform.Web.Layout;

/// <summary>What a browser remembers of the shell, in cookies that shell.js writes; read here so that the first paint is right.</summary>
/// <param name="Theme">light, dark, or null for the system's.</param>
/// <param name="Sidebar">icons when collapsed, else null.</param>
public sealed record ShellChoices(string? Theme, string? Sidebar)
{
    public const string ThemeCookie = "platform.theme";
    public const string SidebarCookie = "platform.sidebar";

    public static ShellChoices Of(HttpRequest request) => new(
        request.Cookies[ThemeCookie] is "light" or "dark" ? request.Cookies[ThemeCookie] : null,
        request.Cookies[SidebarCookie] == "icons" ? "icons" : null);
}
