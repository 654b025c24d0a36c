namespace Platform.Web.Features.Runs;

/// <summary>Registers what the pages and cards of runs need.</summary>
public static class RunsModule
{
    public static IServiceCollection AddRuns(this IServiceCollection services) => services.AddScoped<RunDecisions>().AddScoped<WritesAnew>().AddScoped<RunWindow>();
}
