using Platform.Agents.Definitions;

namespace Platform.Agents.Tests.Definitions;

public sealed class DefinitionDiffTests
{
    private static readonly AgentDefinition Clerk = new() { Tools = [new("calculator"), new("send_mail"), new("fetch_page")], Tags = ["leave", "tax"] };

    [Fact]
    public void What_is_taken_out_of_the_middle_changes_nothing_after_it()
    {
        var change = Assert.Single(DefinitionDiff.Between(Clerk, Clerk with { Tools = [new("calculator"), new("fetch_page")] }));
        Assert.Equal(("tools[send_mail]", null), (change.Path, change.After));
    }

    [Fact]
    public void Another_order_is_a_change_and_so_is_another_policy_under_the_tools_name()
    {
        Assert.Equal(["tools"], Paths(Clerk with { Tools = [new("send_mail"), new("calculator"), new("fetch_page")] }));
        Assert.Equal(["tools[fetch_page].policy"], Paths(Clerk with { Tools = [new("calculator"), new("send_mail"), new("fetch_page", ToolPolicy.Always)] }));
    }

    [Fact]
    public void A_list_of_texts_is_told_whole_and_what_has_no_name_by_its_place()
    {
        var change = Assert.Single(DefinitionDiff.Between(Clerk, Clerk with { Tags = ["tax"] }));
        Assert.Equal(("tags", """["leave","tax"]""", """["tax"]"""), (change.Path, change.Before, change.After));
        Assert.Equal(["prompting.demonstrations"], Paths(Clerk with { Prompting = new(Demonstrations: [new("1+1?", "2")]) }));
        Assert.Equal(["tools[0].policy", "tools[1].policy", "tools[2]"], DefinitionDiff.Between(
            Clerk with { Tools = [new("calculator"), new("calculator")] }, Clerk with { Tools = [new("calculator", ToolPolicy.Always), new("calculator", ToolPolicy.Never), new("calculator")] }).Select(one => one.Path));
    }

    private static IEnumerable<string> Paths(AgentDefinition after) => DefinitionDiff.Between(Clerk, after).Select(change => change.Path);
}
