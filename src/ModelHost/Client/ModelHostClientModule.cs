using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Engines;
using Platform.ModelHost.Client.Http;

namespace Platform.ModelHost.Client;

/// <summary>Registers IChatClient, IEmbeddingGenerator&lt;string, Embedding&lt;float&gt;&gt;, ITokenCounter, TokenPieces, IReranker, ServedModels, ServedEngines, EngineRelay and, for administrators, ModelAdmin, AdapterAdmin, FineTuning, AdminRelay and EngineLive over HTTP.</summary>
public static class ModelHostClientModule
{
    /// <summary>One pool of engines for all of them; the configuration is read at the first call and stays. A host also watches the engines.</summary>
    public static IServiceCollection AddModelHostClient(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ModelHostOptions>()
            .Bind(configuration.GetSection("ModelHost"))
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ModelHostOptions>, OptionsCheck>());
        services.AddLogging();
        services.TryAddSingleton<EnginePool>();
        services.TryAddSingleton(provider => provider.GetRequiredService<EnginePool>().Engines[0].Http); // administration is the first engine's
        services.TryAddSingleton(provider => new ServedEngines(provider.GetRequiredService<EnginePool>()));
        services.AddHostedService<EngineWatch>();
        services.TryAddSingleton(provider => new ServedModels(provider.GetRequiredService<EnginePool>(), provider.GetRequiredService<IOptions<ModelHostOptions>>()));
        services.TryAddSingleton(provider => new AdapterAdmin(provider.GetRequiredService<ModelHostHttp>(), provider.GetRequiredService<EnginePool>()));
        services.TryAddSingleton(provider => new ModelAdmin(provider.GetRequiredService<ModelHostHttp>(), provider.GetRequiredService<EnginePool>()));
        services.TryAddSingleton(provider => new EngineRelay(provider.GetRequiredService<EnginePool>()));
        services.TryAddSingleton<IChatClient, HttpChatClient>();
        services.TryAddSingleton<IEmbeddingGenerator<string, Embedding<float>>, HttpEmbeddingGenerator>();
        services.TryAddSingleton<ITokenCounter, HttpTokenCounter>();
        services.TryAddSingleton(provider => new TokenPieces(provider.GetRequiredService<EnginePool>(), provider.GetRequiredService<ServedModels>()));
        services.TryAddSingleton<IReranker, HttpReranker>();
        services.TryAddSingleton(provider => new EngineLive(provider.GetRequiredService<ModelHostHttp>()));
        services.TryAddSingleton(provider => new FineTuning(provider.GetRequiredService<ModelHostHttp>()));
        services.TryAddSingleton(provider => new AdminRelay(provider.GetRequiredService<ModelHostHttp>()));
        services.TryAddSingleton(provider => new ModelJobs(provider.GetRequiredService<ModelHostHttp>()));
        return services;
    }

    private sealed class OptionsCheck : IValidateOptions<ModelHostOptions>
    {
        public ValidateOptionsResult Validate(string? name, ModelHostOptions options) => options.Refusal() is { } refusal ? ValidateOptionsResult.Fail(refusal) : ValidateOptionsResult.Success;
    }
}
