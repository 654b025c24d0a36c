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
        var (made, own) = await world.PostAsync("/v1/memories", new { agent = "clerk", text = "Prefers metres." });
        Assert.Equal((201, "clerk", "Prefers metres.", false, true), (made, own.GetProperty("agent").GetString(), own.GetProperty("text").GetString(), own.GetProperty("shared").GetBoolean(), own.GetProperty("own").GetBoolean()));
        Assert.Equal(201, (await world.PostAsync("/v1/memories", new { agent = "agent:clerk", text = "The year begins in April.", shared = true })).Status);
        var path = $"/v1/memories/{own.GetProperty("id").GetString()}";
        Assert.Equal("Prefers feet.", (await world.PostAsync(path, new { text = "Prefers feet." })).Body.GetProperty("text").GetString());

        var book = world.Server.App.Services.GetRequiredService<MemoryBook>();
        var agent = (await world.Server.App.Services.GetRequiredService<AgentLibrary>().ListAsync(world.Owner, Cancellation)).Single();
        var others = await book.AddAsync(new Caller("somebody else", IsAdministrator: true), agent.Id, "Likes tea.", shared: false, Cancellation);
        var listed = (await world.GetAsync("/v1/memories?agent=clerk")).Body.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("text").GetString()!).Order(StringComparer.Ordinal);
        Assert.Equal(["Prefers feet.", "The year begins in April."], listed);
        Assert.Equal(404, (await world.PostAsync($"/v1/memories/{others.Id}", new { text = "Likes coffee." })).Status);
        Assert.Equal(404, (await world.SendAsync(HttpMethod.Delete, $"/v1/memories/{others.Id}")).Status);

        Assert.Equal(400, (await world.GetAsync("/v1/memories")).Status);
        Assert.Equal(404, (await world.GetAsync("/v1/memories?agent=absent")).Status);
        Assert.Equal(400, (await world.PostAsync("/v1/memories", new { agent = "clerk", text = new string('x', MemoryBook.MaxLength + 1) })).Status);
        Assert.Equal(200, (await world.SendAsync(HttpMethod.Delete, path)).Status);
        Assert.Equal(404, (await world.SendAsync(HttpMethod.Delete, path)).Status);
    }
}
