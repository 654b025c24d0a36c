using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Agents.Definitions;
using Platform.Web.Features.Agents;
using Platform.Web.Features.Agents.Editing;

namespace Platform.Web.Tests.Agents;

public sealed class FieldWordsTests
{
    private static readonly Guid Base = Guid.NewGuid();

    private static readonly StringLocalizer<AgentsTexts> Texts = new(new ResourceManagerStringLocalizerFactory(Options.Create(new LocalizationOptions()), NullLoggerFactory.Instance));

    [Fact]
    public void A_field_and_what_stands_in_it_are_told_in_the_editors_words()
    {
        Assert.Equal(("Tools · Calculator", "Always"), Told("tools[calculator].policy", "\"always\""));
        Assert.Equal(("Tools · pets__get", "Ask"), Told("tools[pets__get]", """{"name":"pets__get","policy":"ask"}"""));
        Assert.Equal(("Tools · pets__get · Always, for", "change something, send something to another machine"), Told("tools[pets__get].alwaysFor", "\"writes, network\""));
        Assert.Equal("Plan, ask, then act", Told("planning", "\"askBeforePlan\"").Value);
        Assert.Equal("Handbook", Told("knowledge.baseIds", $"[\"{Base}\"]").Value);
        Assert.Equal("leave\ntax", Told("tags", """["leave","tax"]""").Value);
        Assert.Equal("No", Told("limits.parallel", "false").Value);
        Assert.Equal("always", Told("instructions", "\"always\"").Value); // what somebody typed stays as it is
    }

    [Fact]
    public void Each_field_that_can_differ_has_words()
    {
        var other = new AgentDefinition
        {
            Name = "a", Slug = "b", Description = "c", Avatar = "d", Tags = ["e"], Model = new("m", [new("l")], 1, 0.5, 99, 1, ["x"], ThinkingEffort.Low), Instructions = "f", Knowledge = new([Base], 9, 0.5, false, CitationStyle.None),
            Tools = [new("calculator")], Agents = ["g"], Planning = PlanningMode.PlanThenAct, Limits = new(1, 999, 9, false), Prompting = new(ReasoningMode.ZeroShot, [new("q", "a")], 1, DemonstrationOrder.AsListed, 3), Memory = new(MemoryScope.User, 99), Starters = ["h"],
        };
        Assert.All(DefinitionDiff.Between(new AgentDefinition(), other), change => Assert.NotEqual(change.Path, FieldWords.Label(change.Path, Texts)));
    }

    private static (string Label, string Value) Told(string path, string json) => (FieldWords.Label(path, Texts), FieldWords.Value(path, json, new Dictionary<Guid, string> { [Base] = "Handbook" }, Texts));
}
