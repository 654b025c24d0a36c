using System.Buffers;
using System.Text.Json.Nodes;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Server.Adapters;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.Files;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.FineTuning.Measures;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.FineTuning.Requests;

/// <summary>`POST …/versions/{version}/golden`: how a version and its base answered the golden questions of a knowledge base, told by who has the knowledge base, or why they could not be asked. The gate asks for it where the version's lineage names such questions, or `POST …/golden/questions` did since. What was told of questions that are not the version's any more is refused. `DELETE` forgets either, and they are asked again.</summary>
internal static class GoldenEndpoints
{
    private const int MostQuestions = 10_000, LongestCode = 64, LongestMessage = 1_000, LongestWord = 512;

    public static void MapGolden(this IEndpointRouteBuilder app)
    {
        const string path = "/v1/adapters/{name}/versions/{version}/golden";
        app.MapPost(path, KeepAsync).WithMetadata(new AdminOnly());
        app.MapPost(path + "/questions", ChooseAsync).WithMetadata(new AdminOnly());
        app.MapDelete(path, (HttpContext http, EngineHost host, TuningJobs jobs, TrainingOptions training, AdapterGate gate, string name, string version) => WriteAsync(http, host, jobs, training, gate, name, version, (_, metrics) => metrics.Remove(AdapterGate.Golden))).WithMetadata(new AdminOnly());
    }

    private static async Task KeepAsync(HttpContext http, EngineHost host, TuningJobs jobs, TrainingOptions training, AdapterGate gate, TimeProvider time, string name, string version)
    {
        var told = await http.ReadJsonAsync(ServerJson.Wire.GoldenRequest);
        var outcome = told.Error is { } error ? Failure(error, time) : Outcome(told, time);
        await WriteAsync(http, host, jobs, training, gate, name, version, (adapter, metrics) =>
        {
            RefuseOthers(adapter, metrics, "golden_file", told.GoldenFile);
            RefuseOthers(adapter, metrics, "golden_base", told.GoldenBase);
            metrics[AdapterGate.Golden] = outcome;
        });
    }

    /// <summary>Names the questions that a version is asked from now on, in the place of those that its job named; what was told of the others is forgotten.</summary>
    private static async Task ChooseAsync(HttpContext http, EngineHost host, TuningJobs jobs, TrainingOptions training, AdapterGate gate, FileStore files, string name, string version)
    {
        var chosen = await http.ReadJsonAsync(ServerJson.Wire.GoldenChoiceRequest);
        var questions = new JsonObject
        {
            ["golden_file"] = files.Find(Word("golden_file", chosen.GoldenFile), "golden_file").Id, ["golden_base"] = Word("golden_base", chosen.GoldenBase), ["golden_by"] = Word("golden_by", chosen.GoldenBy),
            ["golden_name"] = chosen.GoldenName is null ? null : Word("golden_name", chosen.GoldenName),
        };
        await WriteAsync(http, host, jobs, training, gate, name, version, (_, metrics) =>
        {
            metrics[AdapterGate.Questions] = questions;
            metrics.Remove(AdapterGate.Golden);
        });
    }

    private static string Word(string field, string? given) => given is { Length: > 0 and <= LongestWord } ? given : throw TuningCheck.Refused(field, $"'{field}' must have 1 to {LongestWord} characters.");

    private static JsonObject Outcome(GoldenRequest told, TimeProvider time)
    {
        var (questions, right, plain) = (Number("questions", told.Questions, 1, MostQuestions), Number("accuracy", told.Accuracy, 0, 1), Number("base_accuracy", told.BaseAccuracy, 0, 1));
        var leftOut = (int)(TuningCheck.Range("left_out", told.LeftOut, 0, MostQuestions) ?? 0);
        var without = (int)(TuningCheck.Range("without_model", told.WithoutModel, 0, questions) ?? 0);
        return new JsonObject { ["rows"] = (int)questions, ["accuracy"] = right, ["base_accuracy"] = plain, ["wrong"] = 1 - right, ["base_wrong"] = 1 - plain, ["left_out"] = leftOut, ["without_model"] = without, ["file"] = told.GoldenFile, ["at"] = time.GetUtcNow().ToUnixTimeSeconds() };
    }

    private static JsonObject Failure(GoldenFailure error, TimeProvider time) =>
        error.Code is not { Length: > 0 and <= LongestCode } code || code.AsSpan().ContainsAnyExcept(CodeSigns) ? throw TuningCheck.Refused("error.code", $"'error.code' must have 1 to {LongestCode} of a-z, 0-9 and _.")
        : error.Message is not { Length: > 0 and <= LongestMessage } message ? throw TuningCheck.Refused("error.message", $"'error.message' must have 1 to {LongestMessage:N0} characters.")
        : new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = message, ["at"] = time.GetUtcNow().ToUnixTimeSeconds() } };

    /// <summary>To ask them takes minutes, in which others may have been named.</summary>
    private static void RefuseOthers(AdapterInfo adapter, JsonObject metrics, string key, string? asked)
    {
        var present = metrics[AdapterGate.Questions] is JsonObject named ? named[key]?.ToString() : AdapterLineage.Text(adapter, key);
        if (asked is not null && Word(key, asked) != present)
        {
            throw new RequestRefused(new Problem(409, "conflict_error", "questions_changed", $"The version {adapter.Version} of '{adapter.Name}' has the {key} '{present}', and what is told is of '{asked}'. Ask the questions that it has.", key));
        }
    }

    /// <param name="change">Of the parts that are known.</param>
    private static async Task WriteAsync(HttpContext http, EngineHost host, TuningJobs jobs, TrainingOptions training, AdapterGate gate, string name, string version, Action<AdapterInfo, JsonObject> change)
    {
        var adapter = host.Engine.AdapterLibrary.Find(name, ServedAdapters.Version(version));
        var kept = VersionMeasures.Change(host.Engine, adapter, metrics => change(adapter, metrics));
        VersionMeasures.Tell(host.Engine, training.Directory is { Length: > 0 } ? jobs.All.FirstOrDefault(job => job.Now.IsOf(kept)) : null, kept);
        await http.WriteJsonAsync(ServedAdapters.Card(kept, gate), ServerJson.Wire.AdapterCard);
    }

    private static readonly SearchValues<char> CodeSigns = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");

    private static double Number(string field, double? given, double least, double most) => TuningCheck.Range(field, given, least, most) ?? throw TuningCheck.Refused(field, $"'{field}' is missing.");
}

/// <summary>Numbers, or an error.</summary>
/// <param name="Questions">That both were asked.</param>
/// <param name="Accuracy">Share that was answered rightly with the adapter, 0 to 1.</param>
/// <param name="BaseAccuracy">The same without it.</param>
/// <param name="LeftOut">Further ones that neither was asked, as they do not fit the context; null for none.</param>
/// <param name="WithoutModel">Of Questions, those that were answered without either, as nothing was found for them; null for none.</param>
/// <param name="Error">Why they could not be asked.</param>
/// <param name="GoldenFile">Which questions those are; null of a teller who does not say.</param>
/// <param name="GoldenBase">The knowledge base that they were asked of; null likewise.</param>
internal sealed record GoldenRequest(double? Questions, double? Accuracy, double? BaseAccuracy, double? LeftOut, double? WithoutModel, GoldenFailure? Error, string? GoldenFile, string? GoldenBase);

/// <summary>Golden questions that a version is to be asked, as a job's metadata name them.</summary>
/// <param name="GoldenFile">Id of an uploaded file.</param>
/// <param name="GoldenBase">Knowledge base of whoever asks them.</param>
/// <param name="GoldenBy">In whose name they are asked.</param>
/// <param name="GoldenName">What they are called.</param>
internal sealed record GoldenChoiceRequest(string? GoldenFile, string? GoldenBase, string? GoldenBy, string? GoldenName);

/// <param name="Code">For programs, in a-z, 0-9 and _.</param>
/// <param name="Message">For people.</param>
internal sealed record GoldenFailure(string? Code, string? Message);
