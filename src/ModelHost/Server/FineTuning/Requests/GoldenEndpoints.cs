using System.Text.Json.Nodes;
using Platform.ModelHost.Server.Adapters;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.FineTuning.Measures;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.FineTuning.Requests;

/// <summary>`POST …/versions/{version}/golden`: how a version and its base answered the golden questions of a knowledge base, told by who has the knowledge base. The gate asks for it where the version's lineage names such questions.</summary>
internal static class GoldenEndpoints
{
    private const int MostQuestions = 10_000;

    public static void MapGolden(this IEndpointRouteBuilder app) => app.MapPost("/v1/adapters/{name}/versions/{version}/golden", KeepAsync).WithMetadata(new AdminOnly());

    private static async Task KeepAsync(HttpContext http, EngineHost host, TuningJobs jobs, TrainingOptions training, AdapterGate gate, string name, string version)
    {
        var told = await http.ReadJsonAsync(ServerJson.Wire.GoldenRequest);
        var (questions, right, plain) = (Number("questions", told.Questions, 1, MostQuestions), Number("accuracy", told.Accuracy, 0, 1), Number("base_accuracy", told.BaseAccuracy, 0, 1));
        var found = host.Engine.AdapterLibrary.Find(name, ServedAdapters.Version(version));
        var kept = VersionMeasures.Keep(host.Engine, found, "golden", new JsonObject { ["rows"] = (int)questions, ["accuracy"] = right, ["base_accuracy"] = plain, ["wrong"] = 1 - right, ["base_wrong"] = 1 - plain });
        if (training.Directory is { Length: > 0 } && jobs.All.FirstOrDefault(job => job.Now.IsOf(kept)) is { } made)
        {
            made.Change(now => now with { Measures = Measure.In(kept.Metrics) });
        }

        await http.WriteJsonAsync(ServedAdapters.Card(kept, gate), ServerJson.Wire.AdapterCard);
    }

    private static double Number(string field, double? given, double least, double most) => TuningCheck.Range(field, given, least, most) ?? throw TuningCheck.Refused(field, $"'{field}' is missing.");
}

/// <param name="Questions">That both were asked.</param>
/// <param name="Accuracy">Share that was answered rightly with the adapter, 0 to 1.</param>
/// <param name="BaseAccuracy">The same without it.</param>
internal sealed record GoldenRequest(double? Questions, double? Accuracy, double? BaseAccuracy);
