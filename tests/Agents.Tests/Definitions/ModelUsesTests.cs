using Platform.Agents.Definitions;

namespace Platform.Agents.Tests.Definitions;

public sealed class ModelUsesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Published_agents_are_found_by_the_model_and_the_version_that_they_answer_with()
    {
        await using var rig = await AgentsRig.StartAsync();
        await PublishAsync("plain", new ModelSettings("other"));
        await PublishAsync("named", new ModelSettings("other:legal"));
        await PublishAsync("fixed", new ModelSettings("other:legal@2"));
        await PublishAsync("beside", new ModelSettings("other", [new AdapterSetting("legal@1", 0.5)]));
        await PublishAsync("other", new ModelSettings("scripted"));
        await rig.Agents.CreateAsync(AgentsRig.Boris, Of("draft", new ModelSettings("other:legal@1")), Cancellation);

        Assert.Equal(["beside", "fixed", "named", "plain"], Names(await rig.ModelUses.OfModelAsync("OTHER", Cancellation)));
        Assert.Equal(["beside"], Names(await rig.ModelUses.OfAdapterAsync("legal", 1, isServed: false, Cancellation)));
        Assert.Equal(["fixed", "named"], Names(await rig.ModelUses.OfAdapterAsync("legal", 2, isServed: true, Cancellation)));
        Assert.Empty(await rig.ModelUses.OfAdapterAsync("legal", 3, isServed: false, Cancellation));

        async Task PublishAsync(string slug, ModelSettings model)
        {
            var agent = await rig.Agents.CreateAsync(AgentsRig.Boris, Of(slug, model), Cancellation);
            await rig.Agents.PublishAsync(AgentsRig.Boris, agent.Id, "", Cancellation);
        }

        static AgentDefinition Of(string slug, ModelSettings model) => new() { Name = slug, Slug = slug, Instructions = "Help.", Model = model };
        static IEnumerable<string> Names(IEnumerable<AgentUse> uses) => uses.Select(use => use.Name);
    }
}
