using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Platform.Web.Supervision;

/// <summary>Adds the model host: as a supervised child, or as a service that somebody else runs.</summary>
public static class Supervising
{
    /// <summary>Call before the rooms are added: the address and the token of a supervised child become configuration that their client reads.</summary>
    public static void AddModelHost(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ModelHostStatus>();
        builder.Services.TryAddSingleton(TimeProvider.System);
        if (ModelHostLaunch.Of(builder.Configuration) is not { } launch)
        {
            builder.Services.AddHostedService<RemoteModelHost>();
            return;
        }

        builder.Configuration.AddInMemoryCollection(launch.ClientSettings);
        builder.Services.AddSingleton(launch);
        builder.Services.AddSingleton<ModelHostProcess>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ModelHostProcess>());
    }
}
