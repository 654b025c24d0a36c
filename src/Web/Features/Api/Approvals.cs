using Platform.Agents.Approvals;
using Platform.Agents.Runs;
using Platform.Retrieval;
using Platform.Web.Features.Keys;
using Platform.Web.Host;

namespace Platform.Web.Features.Api;

/// <summary>/v1/approvals, and those of a run: what agents ask their owner about.</summary>
internal static class Approvals
{
    public static void MapApprovals(this IEndpointRouteBuilder app)
    {
        var scope = KeyScopes.Policy(KeyScopes.Approvals);
        app.MapGet("/v1/approvals", ListAsync).RequireAuthorization(scope);
        app.MapGet("/v1/approvals/{id:guid}", GetAsync).RequireAuthorization(scope);
        app.MapPost("/v1/approvals/{id:guid}", (Guid id, HttpContext http, ApprovalBox box, CancellationToken gone) => DecideAsync(null, id, http, box, gone)).RequireAuthorization(scope);
        app.MapPost("/v1/runs/{run:guid}/approvals/{id:guid}", (Guid run, Guid id, HttpContext http, ApprovalBox box, CancellationToken gone) => DecideAsync(run, id, http, box, gone)).RequireAuthorization(scope);
    }

    private static async Task<IResult> ListAsync(HttpContext http, ApprovalBox box, string? status, CancellationToken gone)
    {
        var pendingOnly = status switch
        {
            null or "" or "pending" => true,
            "all" => false,
            _ => throw RefusedRequestException.Of("status", $"'{RequestFields.Short(status)}' is not taken; there are pending and all."),
        };
        return Results.Json(RunBodies.List((await box.ListAsync(CurrentCaller.From(http.User), pendingOnly, gone)).Select(RunBodies.Of)), RunJson.Options);
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext http, ApprovalBox box, CancellationToken gone) =>
        Results.Json(RunBodies.Of(await box.GetAsync(CurrentCaller.From(http.User), id, gone)), RunJson.Options);

    private static async Task<IResult> DecideAsync(Guid? run, Guid id, HttpContext http, ApprovalBox box, CancellationToken gone)
    {
        var caller = CurrentCaller.From(http.User);
        var request = await RequestFields.ReadAsync(http);
        var approve = request.RequiredText("decision") switch
        {
            "approve" => true,
            "reject" => false,
            var other => throw RefusedRequestException.Of("decision", $"'{RequestFields.Short(other)}' is no decision; there are approve and reject."),
        };
        var given = request.Object("arguments") is null ? null : request.Element("arguments");
        if (given is { } plan && (await box.GetAsync(caller, id, gone)).IsPlan)
        {
            given = EventNames.Stored(plan);
        }

        var choice = new ApprovalChoice(approve, request.Flag("for_run") ?? false, given, request.Text("comment") ?? "");
        if (run is { } bound && (await box.GetAsync(caller, id, gone)).RunId != bound && (await box.BelowAsync(caller, bound, gone)).All(asked => asked.Id != id))
        {
            throw new NotFoundException("Approval");
        }

        return Results.Json(RunBodies.Of(await box.DecideAsync(caller, id, choice, gone)), RunJson.Options);
    }
}
