using Microsoft.Extensions.DependencyInjection.Extensions;
using Platform.Agents.Runs;
using Platform.ModelHost.Client.Engines;

namespace Platform.Web.Supervision;

/// <summary>Adds the model host: as a supervised child, as services that somebody else runs, or as both.</summary>
public static class Supervising
{
    /// <summary>Call before the rooms are added: the address and the token of a supervised child become configuration that their client reads.</summary>
    public static void AddModelHost(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ModelHostStatus>().AddSingleton<IModelsReady, ModelsReady>();
        builder.Services.TryAddSingleton(TimeProvider.System);
        var launch = ModelHostLaunch.Of(builder.Configuration);
        if (launch is null || builder.Configuration.GetSection("ModelHost:Engines").GetChildren().Any())
        {
            builder.Services.AddHostedService(services => new RemoteModelHost(services.GetRequiredService<ServedEngines>(), services.GetRequiredService<ModelHostStatus>(), own: launch is null ? 0 : 1));
        }

        if (launch is null)
        {
            return;
        }

        builder.Configuration.AddInMemoryCollection(launch.ClientSettings);
        builder.Services.AddSingleton(launch);
        builder.Services.AddSingleton<ModelHostProcess>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ModelHostProcess>());
    }
}
