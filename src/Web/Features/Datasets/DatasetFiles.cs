using System.Security.Claims;
using Platform.Training.Datasets;
using Platform.Web.Host;

namespace Platform.Web.Features.Datasets;

/// <summary>GET /api/datasets/{id}/rows.jsonl: the rows as they are now, but those that were rejected. GET /api/datasets/{id}/versions/{number}/{part}.jsonl: the rows of a frozen version to learn from (train) or held back (held-back), as JSON lines. For administrators.</summary>
public static class DatasetFiles
{
    public static void MapDatasetFiles(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/datasets/{id:guid}/rows.jsonl", ReadNowAsync).RequireAuthorization(Access.Administrator);
        routes.MapGet("/api/datasets/{id:guid}/versions/{number:int}/{part:regex(^(train|held-back)$)}.jsonl", ReadAsync).RequireAuthorization(Access.Administrator);
    }

    private static async Task<IResult> ReadNowAsync(Guid id, ClaimsPrincipal user, DatasetLibrary library, DatasetItems items, CancellationToken cancellation)
    {
        var caller = CurrentCaller.From(user);
        var set = await library.GetAsync(caller, id, cancellation);
        return Results.Stream(output => items.ExportAsync(caller, id, output, cancellation), "application/jsonl", $"{set.Name}.jsonl");
    }

    private static async Task<IResult> ReadAsync(Guid id, int number, string part, ClaimsPrincipal user, DatasetLibrary library, DatasetVersions versions, CancellationToken cancellation)
    {
        var caller = CurrentCaller.From(user);
        var set = await library.GetAsync(caller, id, cancellation);
        if ((await versions.ListAsync(caller, id, cancellation)).All(version => version.Number != number))
        {
            throw new Retrieval.NotFoundException($"Version {number} of dataset {id}");
        }
        return Results.Stream(output => versions.ExportAsync(caller, id, number, part == "held-back", output, cancellation), "application/jsonl", $"{set.Name}-{number}-{part}.jsonl");
    }
}
