using System.Security.Claims;
using System.Text;
using Platform.Agents.Definitions;
using Platform.Web.Host;

namespace Platform.Web.Features.Agents;

/// <summary>GET /api/agents/{id}/file: an agent as a JSON file, to be kept or imported elsewhere. 404 for who may not see it.</summary>
public static class AgentFiles
{
    public static void MapAgentFiles(this IEndpointRouteBuilder routes) => routes.MapGet("/api/agents/{id:guid}/file", ReadAsync).RequireAuthorization();

    private static async Task<IResult> ReadAsync(Guid id, ClaimsPrincipal user, AgentLibrary agents, CancellationToken cancellation)
    {
        var caller = CurrentCaller.From(user);
        var agent = await agents.GetAsync(caller, id, cancellation);
        return Results.File(Encoding.UTF8.GetBytes(await agents.ExportAsync(caller, id, cancellation)), "application/json", $"{agent.Slug}.agent.json");
    }
}
