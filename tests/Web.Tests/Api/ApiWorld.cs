using System.ClientModel;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OpenAI;
using Platform.Agents.Definitions;
using Platform.Retrieval.Access;
using Platform.Web.Features.Keys;

namespace Platform.Web.Tests.Api;

/// <summary>The real server with a scripted model service, an administrator, a key of theirs with every scope, and a published agent that calculates.</summary>
internal sealed class ApiWorld : IAsyncDisposable
{
    public static readonly AgentDefinition Clerk = new()
    {
        Name = "Clerk", Slug = "clerk", Description = "Counts.", Instructions = "Count.", Tools = [new("calculator", ToolPolicy.Always), new("date_time", ToolPolicy.Ask)], Limits = new(Steps: 4, Seconds: 60),
    };

    private ApiWorld(WebServer server, ScriptedEngine engine, Caller owner, string key)
    {
        (Server, Engine, Owner, Key) = (server, engine, owner, key);
        Http = Server.Open().Client;
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        Http.DefaultRequestHeaders.Accept.Clear();
    }

    public WebServer Server { get; }
    public ScriptedEngine Engine { get; }
    public Caller Owner { get; }
    public string Key { get; }

    /// <summary>Calls with the key.</summary>
    public HttpClient Http { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<ApiWorld> StartAsync(params Func<Microsoft.AspNetCore.Http.HttpContext, JsonElement, Task>[] script)
    {
        var engine = await ScriptedEngine.StartAsync(script);
        var server = await WebServer.StartAsync($"--ModelHost:Endpoint={engine.Address}");
        var owner = await server.AdministratorAsync();
        var (_, key) = await server.App.Services.GetRequiredService<ApiKeys>().CreateAsync(owner, new("tests", KeyScopes.All, RequestsAMinute: 1000), Cancellation);
        ApiWorld world = new(server, engine, owner, key);
        await world.PublishAsync(Clerk);
        return world;
    }

    public async Task<Agent> PublishAsync(AgentDefinition definition)
    {
        var agents = Server.App.Services.GetRequiredService<AgentLibrary>();
        var agent = await agents.CreateAsync(Owner, definition, Cancellation);
        await agents.PublishAsync(Owner, agent.Id, "", Cancellation);
        return agent;
    }

    /// <summary>OpenAI's own client, pointed here.</summary>
    public OpenAIClient OpenAi(string? key = null) =>
        new(new ApiKeyCredential(key ?? Key), new OpenAIClientOptions { Endpoint = new Uri(Server.Address, "/v1"), RetryPolicy = new System.ClientModel.Primitives.ClientRetryPolicy(0) });

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await Http.SendAsync(request, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        return ((int)answer.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
    }

    public Task<(int Status, JsonElement Body)> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<(int Status, JsonElement Body)> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, body);

    /// <summary>The events of a run, to its last: number, name and the whole of their data.</summary>
    public async Task<IReadOnlyList<(int Seq, string Name, JsonElement Data)>> EventsAsync(string run, int after = 0)
    {
        var text = await Http.GetStringAsync(new Uri($"/v1/runs/{run}/events?after={after}", UriKind.Relative), Cancellation);
        return [.. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(part => part[0] != ':').Select(part => part.Split('\n')).Select(lines =>
            (int.Parse(lines[0][4..], System.Globalization.CultureInfo.InvariantCulture), lines[1][7..], JsonElement.Parse(lines[2][6..])))];
    }

    /// <summary>A run, once it has this status.</summary>
    public async Task<JsonElement> UntilAsync(string run, string status)
    {
        for (var start = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(20, Cancellation))
        {
            var (_, body) = await GetAsync($"/v1/runs/{run}");
            if (body.GetProperty("status").GetString() == status)
            {
                return body;
            }

            Assert.True(start.Elapsed < TimeSpan.FromSeconds(60), $"The run is not {status} in time: {body}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Engine.DisposeAsync();
        Http.Dispose();
    }
}
