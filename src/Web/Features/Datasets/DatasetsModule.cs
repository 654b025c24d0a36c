using Platform.Web.Features.Training;

namespace Platform.Web.Features.Datasets;

/// <summary>Registers what the datasets' pages need.</summary>
public static class DatasetsModule
{
    public static IServiceCollection AddDatasetPages(this IServiceCollection services) => services.AddScoped<DatasetsWindow>().AddScoped<GivenFeedback>().AddScoped<TeachableModel>().AddScoped<RowTokens>();
}
