using System.Text.Json.Nodes;
using Platform.Agents.Definitions;
using Platform.Agents.Forking;
using Platform.Agents.Runs;
using Platform.Web.Host;

namespace Platform.Web.Features.Api;

/// <summary>POST /v1/runs/{id}/fork: a run again, wholly or from a step on, with something else in it.</summary>
internal static class Fork
{
    public static async Task HandleAsync(Guid id, HttpContext http, RunFork forks, CancellationToken gone)
    {
        var request = await RequestFields.ReadAsync(http);
        request.Know("from_step", "overrides", "recorded", "run_id", "stream", "background");
        request.Object("overrides")?.Know("question", "instructions", "model", "adapters", "tool_results");
        var wish = new ForkRun(request.Id("run_id") ?? Guid.CreateVersion7(), request.Text("from_step"), request.Object("overrides") is { } overrides ? Overrides(overrides) : null, request.Flag("recorded") ?? false) { Purpose = RunPurpose.Program };
        var (stream, background) = (request.Flag("stream") ?? false, request.Flag("background") ?? true);
        await Runs.AnswerAsync(http, await forks.ForkAsync(CurrentCaller.From(http.User), id, wish, gone), stream, background);
    }

    private static ForkOverrides Overrides(RequestFields given) => new(
        given.Text("question"), given.Text("instructions"), given.Text("model"),
        given.List("adapters") is { } adapters ? [.. adapters.Select((node, i) => Item(node, $"overrides.adapters[{i}]")).Select(adapter => new AdapterSetting(adapter.RequiredText("name"), adapter.Real("scale") ?? 1))] : null,
        given.List("tool_results") is { } results
            ? [.. results.Select((node, i) => Item(node, $"overrides.tool_results[{i}]")).Select(result => new ForkedResult(result.RequiredText("call_id"), result.Text("text") ?? "", result.Flag("is_error") ?? false))]
            : null);

    private static RequestFields Item(JsonNode? node, string at) => RequestFields.Of(node) ?? throw RefusedRequestException.Of(at, "This must be an object.", "invalid_type");
}
