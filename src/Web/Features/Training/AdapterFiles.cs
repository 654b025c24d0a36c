using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
using Platform.Web.Host;

namespace Platform.Web.Features.Training;

/// <summary>GET /api/adapters/{name}/versions/{version}/content: the GGUF file of a version of an adapter. For administrators.</summary>
public static class AdapterFiles
{
    public static void MapAdapterFiles(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/adapters/{name}/versions/{version:int}/content", ReadAsync).RequireAuthorization(Access.Administrator);

    private static async Task<IResult> ReadAsync(string name, int version, AdapterAdmin adapters, CancellationToken cancellation)
    {
        try
        {
            var found = await adapters.GetAsync(name, version, cancellation);
            return Results.Stream(output => adapters.ReadAsync(found.Name, found.Version, output, cancellation), "application/octet-stream", FormattableString.Invariant($"{found.Name}-{found.Version}.gguf"));
        }
        catch (ModelHostException absent) when (absent.StatusCode is 404)
        {
            throw new Retrieval.NotFoundException($"Version {version} of the adapter {name}");
        }
    }
}
