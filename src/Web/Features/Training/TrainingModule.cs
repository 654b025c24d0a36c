namespace Platform.Web.Features.Training;

/// <summary>Registers what the training pages need.</summary>
public static class TrainingModule
{
    public static IServiceCollection AddTrainingPages(this IServiceCollection services) => services.AddScoped<TrainingAdministration>().AddScoped<FrozenFiles>().AddHostedService<GoldenComparison>();
}
