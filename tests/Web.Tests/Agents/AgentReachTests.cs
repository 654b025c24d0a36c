using Platform.Agents.Definitions;
using Platform.Agents.Tools;
using Platform.Web.Features.Agents;

namespace Platform.Web.Tests.Agents;

public sealed class AgentReachTests
{
    private static readonly AgentTool[] Tools = [new Named("ask_agent", ToolEffects.None), new Named("calculator", ToolEffects.None), new Named("files__write", ToolEffects.Writes), new Named("fetch_page", ToolEffects.Network)];

    private static readonly Dictionary<string, AgentDefinition> Published = new()
    {
        ["clerk"] = Agent("clerk", ["boss", "gone", "courier"], "files__write", "ask_agent"),
        ["courier"] = Agent("courier", ["clerk"], "fetch_page"), // may ask nobody: it lacks the tool
        ["boss"] = Agent("boss", ["clerk"], "calculator", "ask_agent"),
    };

    [Fact]
    public async Task What_those_can_do_that_it_may_ask_and_they_may_ask_is_in_its_reach_once_and_in_circles_too()
    {
        Assert.Equal(ToolEffects.None, AgentReach.Of(Published["boss"], Tools));
        Assert.Equal(ToolEffects.Writes | ToolEffects.Network, await BeyondAsync(Published["boss"]));
    }

    [Fact]
    public async Task Who_may_ask_nobody_reaches_nothing_further()
    {
        Assert.Equal(ToolEffects.None, await BeyondAsync(Published["courier"]));
        var off = Published["boss"] with { Tools = [new("ask_agent", ToolPolicy.Never)] };
        Assert.Equal(ToolEffects.None, await BeyondAsync(off));
    }

    [Fact]
    public void An_agent_uses_a_server_whose_name_stands_before_one_of_its_tools()
    {
        Assert.True(AgentReach.UsesOrigin(Published["clerk"], "files"));
        Assert.False(AgentReach.UsesOrigin(Published["clerk"], "file"));
        Assert.False(AgentReach.UsesOrigin(Published["clerk"] with { Tools = [new("files__write", ToolPolicy.Never)] }, "files"));
    }

    private static Task<ToolEffects> BeyondAsync(AgentDefinition definition) => AgentReach.BeyondAsync(definition, Tools, slug => Task.FromResult(Published.GetValueOrDefault(slug)));

    private static AgentDefinition Agent(string slug, IReadOnlyList<string> asks, params string[] tools) => new() { Name = slug, Slug = slug, Agents = asks, Tools = [.. tools.Select(tool => new ToolSetting(tool, ToolPolicy.Always))] };
}
