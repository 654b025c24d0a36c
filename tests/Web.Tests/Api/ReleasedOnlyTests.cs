using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Retrieval.Access;
using Platform.Web.Features.Account;
using Platform.Web.Features.Keys;
using static Platform.Web.Tests.Api.ScriptedEngine;

namespace Platform.Web.Tests.Api;

/// <summary>Who is no administrator is answered by adapters' versions that were let through, by whichever way a model is named. The model service refuses; here is that it is told, each time.</summary>
public sealed class ReleasedOnlyTests
{
    private const string Model = "scripted:wreck@1";

    private static readonly string[] Paths = ["/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/responses/input_tokens", "/v1/messages", "/v1/messages/count_tokens", "/v1/embeddings", "/v1/rerank"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_request_says_whether_it_is_an_administrators_whatever_the_program_says(bool isAdministrator)
    {
        await using var world = await ApiWorld.StartAsync(Say("Hello."));
        var caller = isAdministrator ? world.Owner : await PersonAsync(world);
        using var http = await ClientAsync(world, caller);
        foreach (var path in Paths)
        {
            foreach (var body in (object[])[new { model = Model, released_only = false, measures = true, messages = new[] { new { role = "user", content = "Hi" } } }, new { model = "scripted", lora = new[] { new { id = "wreck@1" } } }])
            {
                using var answer = await http.PostAsJsonAsync(new Uri(path, UriKind.Relative), body, Cancellation);
                Assert.True(answer.IsSuccessStatusCode, path);
            }
        }

        var agents = world.Server.App.Services.GetRequiredService<AgentLibrary>();
        await agents.PublishAsync(caller, (await agents.CreateAsync(caller, ApiWorld.Clerk with { Slug = "own", Tools = [] }, Cancellation)).Id, "", Cancellation);
        using var run = await http.PostAsJsonAsync(new Uri("/v1/runs", UriKind.Relative), new { agent = "own", input = "Hi", background = false }, Cancellation);
        using var chat = await http.PostAsJsonAsync(new Uri("/v1/chat/completions", UriKind.Relative), new { model = "agent:own", messages = new[] { new { role = "user", content = "Hi" } } }, Cancellation);
        Assert.True(run.IsSuccessStatusCode && chat.IsSuccessStatusCode);
        foreach (var measures in (bool[])[false, true])
        {
            await foreach (var _ in world.Server.App.Services.GetRequiredService<AnswerAgent>().StreamAsync(new(caller, "Hi", [], [], AnswerMode.Plain, Model) { IsMeasuring = measures }, Cancellation))
            {
            }
        }

        var asked = world.Engine.Asked.ToList();
        Assert.Equal((2 * Paths.Length) + 4, asked.Count);
        Assert.All(asked, sent => Assert.True(IsReleasedOnly(sent) == !isAdministrator, sent.ToString()));
        Assert.Equal([asked[^1]], asked.Where(sent => sent.TryGetProperty("measures", out _))); // Web's own word, and no program's
    }

    /// <summary>By which names there are other versions is nobody's to learn by asking.</summary>
    [Fact]
    public async Task What_is_refused_and_what_is_not_there_are_told_in_the_same_words_in_each_api()
    {
        const string Draft = "There is no adapter 'wreck@1'.", Unknown = "The adapter 'wreck' has no version '1'. It has 2, 3.";
        await using var world = await ApiWorld.StartAsync(OpenAis(Draft), OpenAis(Unknown), Anthropics(Draft), Anthropics(Unknown), OpenAis(Draft));
        using var http = await ClientAsync(world, await PersonAsync(world));
        foreach (var path in (string[])["/v1/chat/completions", "/v1/chat/completions", "/v1/messages", "/v1/messages"])
        {
            using var answer = await http.PostAsJsonAsync(new Uri(path, UriKind.Relative), new { model = Model, messages = new[] { new { role = "user", content = "Hi" } } }, Cancellation);
            Assert.Equal(404, (int)answer.StatusCode);
            Assert.Equal($"There is no model '{Model}', or not with the adapter that was asked for.", (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("error").GetProperty("message").GetString());
        }

        // The field that named the adapter is the one to be put right.
        using var named = await http.PostAsJsonAsync(new Uri("/v1/chat/completions", UriKind.Relative), new { model = Model, messages = new[] { new { role = "user", content = "Hi" } }, lora = new[] { new { id = "wreck@1" } } }, Cancellation);
        Assert.Equal((404, "lora"), ((int)named.StatusCode, (await named.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("error").GetProperty("param").GetString()));
    }

    private static Func<Microsoft.AspNetCore.Http.HttpContext, JsonElement, Task> OpenAis(string why) => Refuse(404, $$$"""{"error":{"message":"{{{why}}}","type":"invalid_request_error","code":"model_not_found","param":"lora"}}""");

    private static Func<Microsoft.AspNetCore.Http.HttpContext, JsonElement, Task> Anthropics(string why) => Refuse(404, $$$"""{"type":"error","error":{"type":"not_found_error","message":"{{{why}}}"}}""");

    private static bool IsReleasedOnly(JsonElement sent) => sent.TryGetProperty("released_only", out var only) && only.GetBoolean();

    private static async Task<Caller> PersonAsync(ApiWorld world)
    {
        await using var scope = world.Server.App.Services.CreateAsyncScope();
        PlatformUser user = new() { UserName = "ben@example.org", Email = "ben@example.org", EmailConfirmed = true };
        Assert.True((await scope.ServiceProvider.GetRequiredService<UserManager<PlatformUser>>().CreateAsync(user, WebServer.AdminPassword)).Succeeded);
        return new Caller(user.Id, IsAdministrator: false);
    }

    private static async Task<HttpClient> ClientAsync(ApiWorld world, Caller caller)
    {
        var (_, key) = await world.Server.App.Services.GetRequiredService<ApiKeys>().CreateAsync(caller, new("own", [KeyScopes.Chat, KeyScopes.Runs], RequestsAMinute: 1000), Cancellation);
        var http = world.Server.Open().Client;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }
}
