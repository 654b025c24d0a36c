using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Http;

namespace Platform.ModelHost.Client;

/// <summary>Registers IChatClient, IEmbeddingGenerator&lt;string, Embedding&lt;float&gt;&gt;, ITokenCounter, ServedModels and, for administrators, EngineLive over HTTP.</summary>
public static class ModelHostClientModule
{
    /// <summary>One connection pool for all of them; the endpoint is read at the first call and stays.</summary>
    public static IServiceCollection AddModelHostClient(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ModelHostOptions>()
            .Bind(configuration.GetSection("ModelHost"))
            .Validate(options => options.Endpoint is { IsAbsoluteUri: true, Scheme: "http" or "https" }, "ModelHost:Endpoint must be an http or https address, such as http://127.0.0.1:8081.")
            .Validate(options => options.BatchTexts > 0 && options.BatchBytes > 0, "ModelHost:BatchTexts and ModelHost:BatchBytes must be above zero.")
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ModelHostHttp>();
        services.TryAddSingleton(provider => new ServedModels(provider.GetRequiredService<ModelHostHttp>(), provider.GetRequiredService<IOptions<ModelHostOptions>>()));
        services.TryAddSingleton<IChatClient, HttpChatClient>();
        services.TryAddSingleton<IEmbeddingGenerator<string, Embedding<float>>, HttpEmbeddingGenerator>();
        services.TryAddSingleton<ITokenCounter, HttpTokenCounter>();
        services.TryAddSingleton(provider => new EngineLive(provider.GetRequiredService<ModelHostHttp>()));
        return services;
    }
}
