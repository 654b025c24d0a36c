using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using Platform.Agents.Definitions;
using Platform.Agents.Tools;
using Platform.Web.Features.Agents;
using Platform.Web.Features.Agents.Editing;

namespace Platform.Web.Tests.Agents;

public sealed class EditedAgentTests
{
    private static readonly AgentDefinition Clerk = new() { Name = "Clerk", Slug = "clerk", Tags = ["leave"] };

    [Fact]
    public void It_is_unsaved_while_the_form_differs_from_what_is_stored_and_not_when_it_is_typed_back()
    {
        EditedAgent form = new(Clerk);
        Assert.False(form.IsUnsaved);
        form.Change(form.Now with { Tags = ["leave", "pay"] });
        Assert.True(form.IsUnsaved);
        form.Change(form.Now with { Tags = ["leave"] });
        Assert.False(form.IsUnsaved);

        form.Change(form.Now with { Name = "Clerk of leave" });
        var saved = form.Now;
        form.Change(form.Now with { Name = "Clerk of leave and pay" }); // typed while it was being saved
        form.Stored(saved);
        Assert.True(form.IsUnsaved);
        form.Stored(form.Now);
        Assert.False(form.IsUnsaved);
    }

    [Fact]
    public void A_fault_stands_at_its_field_and_marks_the_section_that_holds_it()
    {
        EditedAgent form = new(Clerk);
        var changes = 0;
        form.Changed += () => changes++;
        form.Change(form.Now with { Starters = ["Hello", ""], Limits = new(Steps: 0) });
        Assert.Equal(1, changes);
        Assert.NotNull(form.At("starters[1]"));
        Assert.Null(form.At("starters[0]"));
        Assert.True(form.IsWrong("starters"));
        Assert.True(form.IsWrong("planning", "limits"));
        Assert.False(form.IsWrong("model", "name"));
    }

    [Fact]
    public void Tools_that_are_not_here_are_told_and_can_be_taken_out()
    {
        EditedAgent form = new(Clerk with { Tools = [new("calculator", ToolPolicy.Always), new("remember", ToolPolicy.Ask), new("forget", ToolPolicy.Never)] });
        var away = form.ToolsAway([new Named("calculator", ToolEffects.None)]);
        Assert.Equal("remember", Assert.Single(away));
        form.TakeOut(away);
        Assert.Equal(["calculator", "forget"], form.Now.Tools.Select(tool => tool.Name));
        Assert.Empty(form.ToolsAway([new Named("calculator", ToolEffects.None)]));
        Assert.True(form.IsUnsaved);
    }

    [Theory]
    [InlineData("en", "0 is not between 1 and 100.")]
    [InlineData("zh-Hans", "0 不在 1 和 100 之间。")]
    public async Task Every_kind_of_fault_has_its_words_in_both_languages(string language, string words)
    {
        await using var server = await WebServer.StartAsync();
        var texts = server.App.Services.GetRequiredService<IStringLocalizer<AgentsTexts>>();
        var before = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = new CultureInfo(language);
            var fault = Assert.Single(DefinitionCheck.Faults(Clerk with { Limits = new(Steps: 0) }));
            Assert.Equal(words, FaultWords.Of(fault, texts));
            Assert.All(Enum.GetNames<DefinitionFaultKind>(), kind => Assert.False(texts[$"Fault_{kind}"].ResourceNotFound, kind));
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }

    [Theory]
    [InlineData("Leave clerk", "leave-clerk")]
    [InlineData("  Émile's 2nd Agent! ", "emile-s-2nd-agent")]
    [InlineData("3 wishes", "agent-3-wishes")]
    [InlineData("请假助手", "agent")]
    [InlineData("Clerk", "clerk-3")]
    public void A_name_for_programs_is_proposed_that_is_allowed_and_free(string name, string slug)
    {
        var proposed = AgentSlug.Of(name, ["clerk", "clerk-2"]);
        Assert.Equal(slug, proposed);
        Assert.Empty(DefinitionCheck.Faults(FirstDefinition.Of(name.Trim(), proposed)));
    }

    [Fact]
    public void The_list_is_searched_by_every_word_and_sorted_as_chosen()
    {
        var now = new DateTimeOffset(2026, 3, 4, 9, 0, 0, TimeSpan.Zero);
        Agent Row(string name, string about, int minutes) =>
            new(Guid.NewGuid(), "anna", AgentSlug.Of(name, []), name, about, "", ["office"], AgentVisibility.Private, null, true, 1, now, now.AddMinutes(minutes), true);
        Agent[] rows = [Row("Travel", "books trains", 3), Row("Clerk", "counts leave", 1), Row("Buyer", "asks for prices", 2)];
        Assert.Equal(["Travel", "Buyer", "Clerk"], AgentRows.Pick(rows, "", AgentOrder.Changed).Select(agent => agent.Name));
        Assert.Equal(["Buyer", "Clerk", "Travel"], AgentRows.Pick(rows, " OFFICE ", AgentOrder.Name).Select(agent => agent.Name));
        Assert.Equal(["Clerk"], AgentRows.Pick(rows, "leave clerk", AgentOrder.Changed).Select(agent => agent.Name));
    }
}
