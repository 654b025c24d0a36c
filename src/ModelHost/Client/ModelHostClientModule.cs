using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Platform.ModelHost.Client;

/// <summary>Registers IChatClient, IEmbeddingGenerator&lt;string, Embedding&lt;float&gt;&gt;, ITokenCounter and ServedModels over HTTP.</summary>
public static class ModelHostClientModule
{
    public static IServiceCollection AddModelHostClient(this IServiceCollection services, IConfiguration configuration) => throw new NotImplementedException();
}
