namespace Platform.Web.Features.Models;

/// <summary>Registers what the models page needs.</summary>
public static class ModelsModule
{
    public static IServiceCollection AddModels(this IServiceCollection services) => services.AddScoped<ModelAdministration>().AddScoped<ModelsWindow>();
}
