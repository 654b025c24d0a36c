namespace Platform.Web.Features.Api;

/// <summary>The public HTTP API: models, chat completions, runs, approvals, schedules, suites of tests, memories and training.</summary>
public static class ApiModule
{
    public static IServiceCollection AddApi(this IServiceCollection services) => services.AddSingleton<AgentRuns>().AddSingleton<AgentCompletion>().AddSingleton<RunFollowers>();

    public static void MapApi(this IEndpointRouteBuilder app)
    {
        app.MapModelList();
        app.MapRelay();
        app.MapTrainingRelay();
        app.MapRuns();
        app.MapRunEvents();
        app.MapApprovals();
        app.MapSchedules();
        app.MapSuites();
        app.MapMemories();
    }
}
