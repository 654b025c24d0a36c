using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Agents.Definitions;
using Platform.Agents.Memory;
using Platform.Retrieval.Access;
using static Platform.Web.Tests.Api.ScriptedEngine;

namespace Platform.Web.Tests.Api;

/// <summary>/v1/memories on the real server.</summary>
public sealed class MemoryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_program_adds_reads_changes_and_deletes_memories_of_its_owner_and_touches_nobody_elses()
    {
        await using var world = await ApiWorld.StartAsync(Say("Fine."));
        await world.PublishAsync(ApiWorld.Clerk with { Slug = "keeper", Memory = new(MemoryScope.Shared) });
        var (made, own) = await world.PostAsync("/v1/memories", new { agent = "keeper", text = "Prefers metres." });
        Assert.Equal((201, "keeper", "Prefers metres.", false, true), (made, own.GetProperty("agent").GetString(), own.GetProperty("text").GetString(), own.GetProperty("shared").GetBoolean(), own.GetProperty("own").GetBoolean()));
        Assert.Equal(201, (await world.PostAsync("/v1/memories", new { agent = "agent:keeper", text = "The year begins in April.", shared = true })).Status);
        var path = $"/v1/memories/{own.GetProperty("id").GetString()}";
        Assert.Equal("Prefers feet.", (await world.PostAsync(path, new { text = "Prefers feet." })).Body.GetProperty("text").GetString());

        var book = world.Server.App.Services.GetRequiredService<MemoryBook>();
        var agent = (await world.Server.App.Services.GetRequiredService<AgentLibrary>().ListAsync(world.Owner, Cancellation)).Single(one => one.Slug == "keeper");
        var others = await book.AddAsync(new Caller("somebody else", IsAdministrator: true), agent.Id, "Likes tea.", shared: false, Cancellation);
        var listed = (await world.GetAsync("/v1/memories?agent=keeper")).Body.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("text").GetString()!).Order(StringComparer.Ordinal);
        Assert.Equal(["Prefers feet.", "The year begins in April."], listed);
        Assert.Equal(404, (await world.PostAsync($"/v1/memories/{others.Id}", new { text = "Likes coffee." })).Status);
        Assert.Equal(404, (await world.SendAsync(HttpMethod.Delete, $"/v1/memories/{others.Id}")).Status);

        Assert.Equal(400, (await world.GetAsync("/v1/memories")).Status);
        Assert.Equal(404, (await world.GetAsync("/v1/memories?agent=absent")).Status);
        Assert.Equal(400, (await world.PostAsync("/v1/memories", new { agent = "keeper", text = new string('x', MemoryBook.MaxLength + 1) })).Status);
        Assert.Equal(200, (await world.SendAsync(HttpMethod.Delete, path)).Status);
        Assert.Equal(404, (await world.SendAsync(HttpMethod.Delete, path)).Status);
    }

    [Fact]
    public async Task What_an_agent_would_never_read_is_not_taken_and_the_way_is_told()
    {
        await using var world = await ApiWorld.StartAsync(Say("Fine."));
        await world.PublishAsync(ApiWorld.Clerk with { Slug = "forgetful", Memory = new(MemoryScope.Conversation) });
        await world.PublishAsync(ApiWorld.Clerk with { Slug = "personal", Memory = new(MemoryScope.User) });
        Assert.Equal((400, "agent"), Refused(await world.PostAsync("/v1/memories", new { agent = "forgetful", text = "Likes tea." })));
        Assert.Equal((400, "shared"), Refused(await world.PostAsync("/v1/memories", new { agent = "personal", text = "Likes tea.", shared = true })));
        Assert.Equal(201, (await world.PostAsync("/v1/memories", new { agent = "personal", text = "Likes tea." })).Status);
        Assert.Empty((await world.GetAsync("/v1/memories?agent=forgetful")).Body.GetProperty("data").EnumerateArray());
    }

    private static (int Status, string? Param) Refused((int Status, JsonElement Body) answer) => (answer.Status, answer.Body.GetProperty("error").GetProperty("param").GetString());
}
