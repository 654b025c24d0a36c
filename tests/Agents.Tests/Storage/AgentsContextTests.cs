using Platform.Agents.Storage;

namespace Platform.Agents.Tests.Storage;

public sealed class AgentsContextTests
{
    [Fact]
    public async Task A_context_that_is_used_again_knows_nothing_of_what_it_was_used_for()
    {
        await using var rig = await AgentsRig.StartAsync();
        AgentsContext first = rig.OpenDatabase(), again;
        await using (first)
        {
            first.WritesFirst = true;
            first.Add(new SettingRow { Name = "a", Value = "" });
        }
        List<AgentsContext> all = []; // others of the rig may have taken it
        do
            all.Add(again = rig.OpenDatabase());
        while (again != first && all.Count < 100);
        Assert.Same(first, again);
        Assert.Equal((false, false), (again.WritesFirst, again.ChangeTracker.HasChanges()));
        foreach (var one in all)
            await one.DisposeAsync();
    }
}
