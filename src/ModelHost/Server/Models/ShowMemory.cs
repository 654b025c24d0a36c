using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Models;

/// <summary>`GET /memory`: what is promised to whom. `POST /memory/fit`: whether a model would fit, without loading it.</summary>
internal static class ShowMemory
{
    public static void MapMemory(this IEndpointRouteBuilder app)
    {
        app.MapGet("/memory", ReportAsync).WithMetadata(new AdminOnly());
        app.MapPost("/memory/fit", FitAsync).WithMetadata(new AdminOnly());
    }

    private static Task ReportAsync(HttpContext http, EngineHost host)
    {
        var report = host.Engine.Memory;
        return http.WriteJsonAsync(new MemoryBody(report.TotalBytes, report.FreeBytes, Uses(report.Uses)), ServerJson.Wire.MemoryBody);
    }

    private static async Task FitAsync(HttpContext http, EngineHost host)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.LoadModelRequest);
        var fit = host.Engine.Fit(ChangeModels.Name(request.Model), ChangeModels.Settings(request));
        await http.WriteJsonAsync(new MemoryFitBody(fit.Fits, fit.NeedsBytes, fit.FreeBytes, Uses(fit.Uses), fit.Reason), ServerJson.Wire.MemoryFitBody);
    }

    private static IReadOnlyList<MemoryUseBody> Uses(IReadOnlyList<MemoryUse> uses) => [.. uses.Select(use => new MemoryUseBody(use.Owner, use.Part, use.Bytes))];
}
