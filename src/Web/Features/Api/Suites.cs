using System.Text.Json.Nodes;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Testing;
using Platform.Retrieval;
using Platform.Web.Features.Keys;
using Platform.Web.Host;

namespace Platform.Web.Features.Api;

/// <summary>/v1/suites: a person's saved tests of agents, run over models and adapters, with the table that comes of it.</summary>
internal static class Suites
{
    public static void MapSuites(this IEndpointRouteBuilder app)
    {
        var suites = app.MapGroup("/v1/suites").RequireAuthorization(KeyScopes.Policy(KeyScopes.Runs));
        suites.MapGet("", ListAsync);
        suites.MapGet("/{id:guid}", GetAsync);
        suites.MapGet("/{id:guid}/runs", HistoryAsync);
        suites.MapPost("/{id:guid}/runs", StartAsync);
        suites.MapGet("/{id:guid}/runs/{run:guid}", async (Guid id, Guid run, HttpContext http, SuiteRuns runs, CancellationToken gone) =>
            Results.Json(Body(await OfAsync(id, run, http, runs, gone), withTable: true), RunJson.Options));
        suites.MapPost("/{id:guid}/runs/{run:guid}/cancel", async (Guid id, Guid run, HttpContext http, SuiteRuns runs, CancellationToken gone) =>
        {
            await OfAsync(id, run, http, runs, gone);
            await runs.CancelAsync(CurrentCaller.From(http.User), run, gone);
            return Results.Json(Body(await OfAsync(id, run, http, runs, gone), withTable: true), RunJson.Options);
        });
    }

    private static async Task<IResult> ListAsync(HttpContext http, TestLibrary library, AgentLibrary agents, CancellationToken gone)
    {
        var caller = CurrentCaller.From(http.User);
        var names = await AgentNames.OfAsync(caller, agents, gone);
        return Results.Json(RunBodies.List((await library.SuitesAsync(caller, null, gone)).Select(suite => Body(suite, names.Of(suite.AgentId)))), RunJson.Options);
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext http, TestLibrary library, AgentLibrary agents, CancellationToken gone)
    {
        var caller = CurrentCaller.From(http.User);
        var suite = (await library.SuitesAsync(caller, null, gone)).FirstOrDefault(one => one.Id == id) ?? throw new NotFoundException("Suite");
        var body = Body(suite, (await AgentNames.OfAsync(caller, agents, gone)).Of(suite.AgentId));
        body["tests"] = new JsonArray([.. (await library.TestsAsync(caller, id, gone)).Select(test => (JsonNode)new JsonObject { ["id"] = test.Id.ToString(), ["object"] = "suite.test", ["name"] = test.Case.Name, ["input"] = test.Case.Question })]);
        return Results.Json(body, RunJson.Options);
    }

    private static async Task<IResult> HistoryAsync(Guid id, HttpContext http, SuiteRuns runs, CancellationToken gone) =>
        Results.Json(RunBodies.List((await runs.ListAsync(CurrentCaller.From(http.User), id, gone)).Select(run => Body(run, withTable: false))), RunJson.Options);

    /// <summary>Without targets the agent's own model is tested; what is tested is what is published, unless the draft is asked for.</summary>
    private static async Task<IResult> StartAsync(Guid id, HttpContext http, SuiteRuns runs, CancellationToken gone)
    {
        var request = await RequestFields.ReadAsync(http);
        var targets = request.List("targets") is { } given ? given.Select(Target).ToList() : [];
        var start = new StartSuite(request.Id("run_id") ?? Guid.CreateVersion7(), id, targets, request.Flag("draft") ?? false) { Tests = Tests(request), TimeZone = request.Text("time_zone") ?? "" };
        var begun = await runs.StartAsync(CurrentCaller.From(http.User), start, http.User.Identity?.Name ?? "", gone);
        http.Response.Headers.Location = $"/v1/suites/{id}/runs/{begun.Id}";
        return Results.Json(Body(begun, withTable: true), RunJson.Options, statusCode: StatusCodes.Status202Accepted);
    }

    private static TestTarget Target(JsonNode? node, int at)
    {
        var target = RequestFields.Of(node) ?? throw RefusedRequestException.Of($"targets[{at}]", "This must be an object.", "invalid_type");
        return new(target.Text("model") ?? "", target.List("adapters")?.Select((one, i) => Adapter(one, $"targets[{at}].adapters[{i}]")).ToList());
    }

    private static AdapterSetting Adapter(JsonNode? node, string at)
    {
        var adapter = RequestFields.Of(node) ?? throw RefusedRequestException.Of(at, "This must be an object.", "invalid_type");
        return new(adapter.RequiredText("name"), adapter.Real("scale") ?? 1);
    }

    private static List<Guid>? Tests(RequestFields request) => request.List("tests")?.Select((node, i) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) && Guid.TryParse(text, out var id) ? id : throw RefusedRequestException.Of($"tests[{i}]", "This must be the id of a test.")).ToList();

    // A run of another suite is none of this one.
    private static async Task<SuiteRun> OfAsync(Guid suite, Guid run, HttpContext http, SuiteRuns runs, CancellationToken gone) =>
        await runs.GetAsync(CurrentCaller.From(http.User), run, gone) is { } found && found.SuiteId == suite ? found : throw new NotFoundException("Suite run");

    private static JsonObject Body(TestSuite suite, string? agent) => new()
    {
        ["id"] = suite.Id.ToString(), ["object"] = "suite", ["name"] = suite.Name, ["agent"] = agent, ["test_count"] = suite.Tests, ["updated_at"] = suite.UpdatedAt.ToUnixTimeSeconds(),
    };

    private static JsonObject Body(SuiteRun run, bool withTable)
    {
        JsonObject body = new()
        {
            ["id"] = run.Id.ToString(), ["object"] = "suite.run", ["suite_id"] = run.SuiteId.ToString(), ["status"] = EventNames.Of(run.Status), ["agent_version"] = run.AgentVersion,
            ["targets"] = new JsonArray([.. run.Targets.Select(target => (JsonNode)Body(target))]), ["created_at"] = run.CreatedAt.ToUnixTimeSeconds(), ["completed_at"] = run.EndedAt?.ToUnixTimeSeconds(), ["passed"] = run.Passed, ["total"] = run.Total,
        };
        if (withTable)
        {
            body["results"] = new JsonArray([.. run.Results.Select(cell => (JsonNode)Body(cell))]);
        }

        return body;
    }

    private static JsonObject Body(TestTarget target) => new()
    {
        ["model"] = target.Model.Length > 0 ? target.Model : null,
        ["adapters"] = target.Adapters is { } adapters ? new JsonArray([.. adapters.Select(adapter => (JsonNode)new JsonObject { ["name"] = adapter.Name, ["scale"] = adapter.Scale })]) : null,
    };

    private static JsonObject Body(TestResult cell) => new()
    {
        ["test_id"] = cell.TestId.ToString(), ["test"] = cell.TestName, ["target"] = cell.Target, ["outcome"] = EventNames.Of(cell.Outcome), ["run_id"] = cell.RunId?.ToString(), ["output_text"] = cell.Answer,
        ["judged"] = new JsonArray([.. cell.Judged.Select(judged => (JsonNode)new JsonObject
        {
            ["kind"] = EventNames.Of(judged.Expectation.Kind), ["text"] = judged.Expectation.Text.Length > 0 ? judged.Expectation.Text : null, ["tool"] = judged.Expectation.Tool.Length > 0 ? judged.Expectation.Tool : null,
            ["arguments"] = judged.Expectation.Arguments is { } arguments ? JsonNode.Parse(arguments.GetRawText()) : null, ["met"] = judged.Met, ["found"] = judged.Found,
        })]),
        ["error"] = cell.Error.Length > 0 ? cell.Error : null, ["tokens"] = cell.Tokens, ["duration_ms"] = Math.Round(cell.Milliseconds),
    };
}
