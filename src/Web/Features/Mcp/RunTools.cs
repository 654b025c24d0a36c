using System.Security.Claims;
using System.Text.Json;
using Platform.Agents.Acting;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Retrieval.Access;
using Platform.Web.Features.Api;
using Platform.Web.Features.Keys;
using Platform.Web.Host;

namespace Platform.Web.Features.Mcp;

/// <summary>ask, and each published agent: calls that are runs here, which are kept. A client that leaves stops its run, unless that waits for a person.</summary>
internal sealed class RunTools(AgentRuns starter, AgentLibrary agents)
{
    private static readonly JsonElement AskSchema = Schema("question", "The question, in any language");
    private static readonly JsonElement TaskSchema = Schema("task", "What the agent is to do, with everything that it must know");

    public async Task<IReadOnlyList<ServedTool>> ListAsync(Caller caller, CancellationToken cancellation) =>
    [
        new("ask", "Ask the documents", "Answers a question from the documents, with citations. It says so when they do not hold the answer.", KeyScopes.Knowledge, AskSchema, ReadsOnly: true,
            (user, arguments, told, stop) => RunAsync(user, null, arguments.GetProperty("question").GetString()!, told, stop)),
        .. (await agents.ListAsync(caller, cancellation)).Where(agent => agent.PublishedVersion is not null).Select(agent => new ServedTool(
            NameOf(agent.Slug), agent.Name, agent.Description.Length > 0 ? agent.Description : agent.Name, KeyScopes.Runs, TaskSchema, ReadsOnly: false,
            (user, arguments, told, stop) => RunAsync(user, agent.Slug, arguments.GetProperty("task").GetString()!, told, stop))),
    ];

    /// <summary>agent_ and the slug, in the letters that tools' names have.</summary>
    public static string NameOf(string slug) => "agent_" + slug.Replace('-', '_');

    private async Task<ServedResult> RunAsync(ClaimsPrincipal user, string? slug, string text, Action<string> told, CancellationToken cancellation)
    {
        AgentAnswer answer = new(await starter.StartAsync(user, slug, new ChatInput(text, []), null, null, cancellation), text);
        await foreach (var happened in starter.AnswerAsync(CurrentCaller.From(user), answer, cancellation))
        {
            if (Progress(happened) is { } progress)
            {
                told(progress);
            }
        }

        return answer.Error is { } error ? new(error.Message, new { run = answer.Extension }, IsError: true)
            : new(answer.Content + Sources(answer), new { answer = answer.Content, citations = AgentAnswer.AnnotationsOf(answer.Citations), run = answer.Extension });
    }

    private static string? Progress(RunEvent happened) => happened.Name switch
    {
        "tool.call" => $"Calls {happened.Read<ToolCallData>().Tool}",
        "step.started" => "Decides",
        "retrieval.completed" => "Reads what was found",
        _ => null,
    };

    private static string Sources(AgentAnswer answer) =>
        answer.Citations.Count == 0 ? "" : "\n\n" + string.Join('\n', answer.Citations.DistinctBy(citation => citation.N).OrderBy(citation => citation.N).Select(citation => $"[{citation.N}] {citation.DocumentName}, page {citation.Page}"));

    private static JsonElement Schema(string name, string description) => JsonSerializer.SerializeToElement(new
    {
        type = "object", additionalProperties = false, required = new[] { name },
        properties = new Dictionary<string, object> { [name] = new { type = "string", minLength = 1, maxLength = RunAgent.MaxQuestionLength, description } },
    });
}
