using Platform.Agents.Prompting.Library;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Tests.Prompting;

public sealed class PromptLibraryTests
{
    private static readonly Caller Carl = new("carl", IsAdministrator: false);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_change_of_a_text_is_a_further_version_and_a_new_name_is_none()
    {
        await using var rig = await AgentsRig.StartAsync();
        var prompt = await rig.Prompts.CreateAsync(AgentsRig.Anna, "Tone", "Be brief.", shared: false, Cancellation);
        prompt = await rig.Prompts.SaveAsync(AgentsRig.Anna, prompt.Id, "Tone of letters", "Be brief.", shared: false, "", prompt.Revision, Cancellation);
        Assert.Equal(1, prompt.Version);
        prompt = await rig.Prompts.SaveAsync(AgentsRig.Anna, prompt.Id, prompt.Name, "Be brief and kind.", shared: false, "kinder", prompt.Revision, Cancellation);
        Assert.Equal((2, "Be brief and kind.", "Tone of letters"), (prompt.Version, prompt.Text, prompt.Name));
        Assert.Equal([(2, "kinder"), (1, "")], (await rig.Prompts.VersionsAsync(AgentsRig.Anna, prompt.Id, Cancellation)).Select(v => (v.Number, v.Note)));
        await Assert.ThrowsAsync<PromptConflictException>(() => rig.Prompts.SaveAsync(AgentsRig.Anna, prompt.Id, "Late", "Late", shared: false, "", prompt.Revision - 1, Cancellation));
    }

    [Fact]
    public async Task A_prompt_is_its_owners_until_it_is_shared_and_then_others_read_it_only()
    {
        await using var rig = await AgentsRig.StartAsync();
        var prompt = await rig.Prompts.CreateAsync(AgentsRig.Anna, "Tone", "Be brief.", shared: false, Cancellation);
        Assert.Empty(await rig.Prompts.ListAsync(Carl, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Prompts.VersionsAsync(Carl, prompt.Id, Cancellation));

        prompt = await rig.Prompts.SaveAsync(AgentsRig.Anna, prompt.Id, "Tone", "Be brief.", shared: true, "", prompt.Revision, Cancellation);
        Assert.Equal(("Be brief.", false), Assert.Single(await rig.Prompts.ListAsync(Carl, Cancellation)) is var seen ? (seen.Text, seen.MayChange) : default);
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Prompts.SaveAsync(Carl, prompt.Id, "Mine", "Mine", shared: true, "", prompt.Revision, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Prompts.DeleteAsync(Carl, prompt.Id, Cancellation));
        await rig.Prompts.DeleteAsync(AgentsRig.Boris, prompt.Id, Cancellation);
        Assert.Empty(await rig.Prompts.ListAsync(AgentsRig.Anna, Cancellation));
    }
}
