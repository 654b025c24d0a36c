namespace Platform.Web.Layout;

/// <summary>Registers what the shell's components need.</summary>
public static class Shell
{
    public static IServiceCollection AddShell(this IServiceCollection services) => services.AddScoped<Toasts>().AddScoped<Clipboard>();
}
