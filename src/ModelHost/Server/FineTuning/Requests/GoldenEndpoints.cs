using System.Buffers;
using System.Text.Json.Nodes;
using Platform.ModelHost.Server.Adapters;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.FineTuning.Measures;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.FineTuning.Requests;

/// <summary>`POST …/versions/{version}/golden`: how a version and its base answered the golden questions of a knowledge base, told by who has the knowledge base, or why they could not be asked. The gate asks for it where the version's lineage names such questions. `DELETE` forgets either, and they are asked again.</summary>
internal static class GoldenEndpoints
{
    private const int MostQuestions = 10_000, LongestCode = 64, LongestMessage = 1_000;

    public static void MapGolden(this IEndpointRouteBuilder app)
    {
        const string path = "/v1/adapters/{name}/versions/{version}/golden";
        app.MapPost(path, KeepAsync).WithMetadata(new AdminOnly());
        app.MapDelete(path, (HttpContext http, EngineHost host, TuningJobs jobs, TrainingOptions training, AdapterGate gate, string name, string version) => WriteAsync(http, host, jobs, training, gate, name, version, null)).WithMetadata(new AdminOnly());
    }

    private static async Task KeepAsync(HttpContext http, EngineHost host, TuningJobs jobs, TrainingOptions training, AdapterGate gate, TimeProvider time, string name, string version)
    {
        var told = await http.ReadJsonAsync(ServerJson.Wire.GoldenRequest);
        await WriteAsync(http, host, jobs, training, gate, name, version, told.Error is { } error ? Failure(error, time) : Outcome(told));
    }

    private static JsonObject Outcome(GoldenRequest told)
    {
        var (questions, right, plain) = (Number("questions", told.Questions, 1, MostQuestions), Number("accuracy", told.Accuracy, 0, 1), Number("base_accuracy", told.BaseAccuracy, 0, 1));
        return new JsonObject { ["rows"] = (int)questions, ["accuracy"] = right, ["base_accuracy"] = plain, ["wrong"] = 1 - right, ["base_wrong"] = 1 - plain };
    }

    private static JsonObject Failure(GoldenFailure error, TimeProvider time) =>
        error.Code is not { Length: > 0 and <= LongestCode } code || code.AsSpan().ContainsAnyExcept(CodeSigns) ? throw TuningCheck.Refused("error.code", $"'error.code' must have 1 to {LongestCode} of a-z, 0-9 and _.")
        : error.Message is not { Length: > 0 and <= LongestMessage } message ? throw TuningCheck.Refused("error.message", $"'error.message' must have 1 to {LongestMessage:N0} characters.")
        : new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = message, ["at"] = time.GetUtcNow().ToUnixTimeSeconds() } };

    /// <param name="outcome">What is kept in the place of what was there; null for nothing.</param>
    private static async Task WriteAsync(HttpContext http, EngineHost host, TuningJobs jobs, TrainingOptions training, AdapterGate gate, string name, string version, JsonObject? outcome)
    {
        var kept = VersionMeasures.Keep(host.Engine, host.Engine.AdapterLibrary.Find(name, ServedAdapters.Version(version)), AdapterGate.Golden, outcome);
        if (training.Directory is { Length: > 0 } && jobs.All.FirstOrDefault(job => job.Now.IsOf(kept)) is { } made)
        {
            made.Change(now => now with { Measures = Measure.In(kept.Metrics) });
        }

        await http.WriteJsonAsync(ServedAdapters.Card(kept, gate), ServerJson.Wire.AdapterCard);
    }

    private static readonly SearchValues<char> CodeSigns = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");

    private static double Number(string field, double? given, double least, double most) => TuningCheck.Range(field, given, least, most) ?? throw TuningCheck.Refused(field, $"'{field}' is missing.");
}

/// <summary>Numbers, or an error.</summary>
/// <param name="Questions">That both were asked.</param>
/// <param name="Accuracy">Share that was answered rightly with the adapter, 0 to 1.</param>
/// <param name="BaseAccuracy">The same without it.</param>
/// <param name="Error">Why they could not be asked.</param>
internal sealed record GoldenRequest(double? Questions, double? Accuracy, double? BaseAccuracy, GoldenFailure? Error);

/// <param name="Code">For programs, in a-z, 0-9 and _.</param>
/// <param name="Message">For people.</param>
internal sealed record GoldenFailure(string? Code, string? Message);
