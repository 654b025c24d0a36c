namespace Platform.Web.Features.Knowledge;

/// <summary>Registers what the knowledge pages need.</summary>
public static class KnowledgeModule
{
    public static IServiceCollection AddKnowledge(this IServiceCollection services) => services.AddScoped<BaseWindow>();
}
