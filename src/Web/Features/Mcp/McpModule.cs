namespace Platform.Web.Features.Mcp;

/// <summary>Our own server for clients of the Model Context Protocol.</summary>
public static class McpModule
{
    public static IServiceCollection AddMcp(this IServiceCollection services) => services.AddSingleton<DocumentTools>().AddSingleton<RunTools>().AddSingleton<ServedTools>();
}
