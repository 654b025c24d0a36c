using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Agents.Tools;
using Platform.Web.Features.Agents;
using Platform.Web.Features.Agents.Editing;

namespace Platform.Web.Tests.Agents;

public sealed class ToolListTests
{
    private static readonly StringLocalizer<AgentsTexts> Texts = new(new ResourceManagerStringLocalizerFactory(Options.Create(new LocalizationOptions()), NullLoggerFactory.Instance));

    private static readonly AgentTool[] Tools =
    [
        Own("date_time"), Own("calculator"), Own("ask_agent", ToolGroup.Agents), Own("search_documents", ToolGroup.Knowledge), Of("pets", "add", ToolGroup.Api),
        .. Enumerable.Range(1, 6).Select(n => Of("rooms", $"tool_{n}", ToolGroup.McpServer)), Of("files", "read", ToolGroup.McpServer),
    ];

    [Fact]
    public void Our_own_come_first_by_what_they_are_for_then_each_server_and_each_API_for_itself()
    {
        var lists = ToolList.Of(Tools, "", Texts);
        Assert.Equal(
            [(ToolGroup.Knowledge, "", 1), (ToolGroup.BuiltIn, "", 2), (ToolGroup.Agents, "", 1), (ToolGroup.McpServer, "files", 1), (ToolGroup.McpServer, "rooms", 6), (ToolGroup.Api, "pets", 1)],
            lists.Select(list => (list.Group, list.Origin, list.Tools.Count)));
        Assert.Equal(["calculator", "date_time"], lists[1].Tools.Select(tool => tool.Name));
    }

    [Theory]
    [InlineData("rooms", 6)]
    [InlineData("TOOL_2", 1)]
    [InlineData("web models do not", 0)]
    [InlineData("  calculates   exactly ", 1)] // as the page describes it
    [InlineData("tool rooms 3", 1)]
    public void A_tool_is_found_by_words_of_its_name_its_description_and_its_server(string wanted, int found) =>
        Assert.Equal(found, ToolList.Of(Tools, wanted, Texts).Sum(list => list.Tools.Count));

    [Fact]
    public void A_long_list_of_strangers_is_folded_until_something_of_it_is_used()
    {
        var lists = ToolList.Of(Tools, "", Texts);
        Assert.Equal(["rooms"], lists.Where(list => !list.IsOpenAtFirst(_ => false)).Select(list => list.Origin));
        Assert.All(lists, list => Assert.True(list.IsOpenAtFirst(name => name == "rooms__tool_4")));
    }

    private static Named Own(string name, ToolGroup group = ToolGroup.BuiltIn) => new(name, ToolEffects.None, group);

    private static Named Of(string origin, string name, ToolGroup group) => new(ToolNames.PrefixOf(origin) + name, ToolEffects.Network, group, origin);
}
