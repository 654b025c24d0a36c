using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Adapters;

/// <summary>`POST …/promote` and `…/rollback` of a version: the one that is served from then on is the answer. `DELETE` of a version. Answers on their way keep what they began with.</summary>
internal static class ChangeAdapters
{
    private const int LongestName = 200;

    public static void MapChangeAdapters(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/adapters/{name}/versions/{version}/promote", PromoteAsync).WithMetadata(new AdminOnly());
        app.MapPost("/v1/adapters/{name}/versions/{version}/canary", TryAsync).WithMetadata(new AdminOnly());
        app.MapPost("/v1/adapters/{name}/versions/{version}/rollback", RollBackAsync).WithMetadata(new AdminOnly());
        app.MapDelete("/v1/adapters/{name}/versions/{version}", (HttpContext http, EngineHost host, AdapterGate gate, string name, string version) =>
        {
            var gone = host.Engine.AdapterLibrary.Find(name, ServedAdapters.Version(version));
            host.Engine.AdapterLibrary.Delete(name, gone.Version);
            return WriteAsync(http, gone, gate);
        }).WithMetadata(new AdminOnly());
    }

    /// <summary>A body is only needed for the reason of one that does not pass the gate.</summary>
    private static async Task PromoteAsync(HttpContext http, EngineHost host, AdapterGate gate, string name, string version)
    {
        var library = host.Engine.AdapterLibrary;
        var asked = await http.ReadJsonOrNoneAsync(ServerJson.Wire.PromoteRequest);
        var found = library.Find(name, ServedAdapters.Version(version));
        CheckName(asked?.By);
        await WriteAsync(http, library.Promote(found.Name, found.Version, gate.Pass(found, asked?.OverrideReason), asked?.By), gate);
    }

    /// <summary>A body is only needed for who does it.</summary>
    private static async Task RollBackAsync(HttpContext http, EngineHost host, AdapterGate gate, string name, string version)
    {
        var asked = await http.ReadJsonOrNoneAsync(ServerJson.Wire.RollbackRequest);
        CheckName(asked?.By);
        await WriteAsync(http, host.Engine.AdapterLibrary.Rollback(name, ServedAdapters.Version(version), asked?.By), gate);
    }

    private static void CheckName(string? by)
    {
        if (by is { Length: 0 or > LongestName })
        {
            throw new RequestRefused(Problem.Invalid("by", $"'by' has {by.Length} characters; it must have 1 to {LongestName}."));
        }
    }

    /// <summary>A share of the requests that name no version; 0 takes it back.</summary>
    private static async Task TryAsync(HttpContext http, EngineHost host, AdapterGate gate, string name, string version)
    {
        var library = host.Engine.AdapterLibrary;
        var asked = await http.ReadJsonAsync(ServerJson.Wire.CanaryRequest);
        var (found, share) = (library.Find(name, ServedAdapters.Version(version)), asked.Share ?? throw new RequestRefused(Problem.Invalid("share", "'share' is missing: the part of the requests, 0 to 1.")));
        await WriteAsync(http, library.SetCanary(found.Name, found.Version, share, share is > 0 and <= 1 ? gate.Pass(found, asked.OverrideReason) : found.OverrideReason), gate);
    }

    private static Task WriteAsync(HttpContext http, AdapterInfo adapter, AdapterGate gate) => http.WriteJsonAsync(ServedAdapters.Card(adapter, gate), ServerJson.Wire.AdapterCard);
}
