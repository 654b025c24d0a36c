using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Platform.Retrieval;

/// <summary>Registers this room and the model host's client.</summary>
public static class RetrievalModule
{
    public static IServiceCollection AddRetrieval(this IServiceCollection services, IConfiguration configuration) => throw new NotImplementedException();

    /// <summary>Makes the tables; call before the host starts.</summary>
    public static Task PrepareRetrievalAsync(this IServiceProvider services, CancellationToken cancellation) => throw new NotImplementedException();
}
