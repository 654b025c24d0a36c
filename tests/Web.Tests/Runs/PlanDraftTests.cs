using System.Text.Json;
using Platform.Agents.Planning;
using Platform.Web.Features.Runs;

namespace Platform.Web.Tests.Runs;

public sealed class PlanDraftTests
{
    private static readonly PlanStep[] Steps = [Step("p1"), Step("p2", "p1"), Step("p4", "p2")];

    private static readonly PlanData[] Versions = [new(new(1, [Step("p1"), Step("p3")]), [], ""), new(new(2, Steps), [], "edited")];

    [Fact]
    public void A_new_step_comes_last_under_an_id_that_no_version_has_used()
    {
        var draft = PlanDraft.New(Versions);
        draft.Goal = " Tell Ben ";
        var steps = draft.In(Steps);
        Assert.Equal(("p5", "Tell Ben", "p4"), (steps[3].Id, steps[3].Goal, Assert.Single(steps[3].DependsOn)));
    }

    [Fact]
    public void An_edited_step_stays_at_its_place_with_its_inputs_as_JSON()
    {
        var draft = PlanDraft.Of(Steps[1]);
        (draft.Goal, draft.Tool, draft.Inputs) = ("Search", "search_documents", """{"query":"leave"}""");
        draft.After.Clear();
        var steps = draft.In(Steps);
        Assert.Equal(("p2", "Search", "leave"), (steps[1].Id, steps[1].Goal, steps[1].Inputs!.Value.GetProperty("query").GetString()));
        Assert.Empty(steps[1].DependsOn);
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("{")]
    public void Inputs_that_are_no_object_are_faulty(string inputs)
    {
        var draft = PlanDraft.Of(Steps[0]);
        draft.Inputs = inputs;
        Assert.True(draft.IsFaulty);
        Assert.False(draft.IsComplete);
    }

    [Fact]
    public void What_is_typed_for_a_tool_must_fit_it_and_what_does_not_is_named()
    {
        var draft = PlanDraft.Of(Steps[0]);
        draft.Tool = "calculator";
        var typed = ArgumentForm.Of(Calculator, Json("""{"foo":1}"""));
        Assert.False(draft.Take(typed, Calculator));
        Assert.True(typed.Fields.Single(field => field.Name == "expression").IsMissing);

        typed.Fields[0].Text = "9*9";
        Assert.False(draft.Take(typed, Calculator));
        Assert.Contains("\"foo\" is not known", draft.Refused, StringComparison.Ordinal);

        typed.Fields.Single(field => field.Name == "foo").Text = "";
        Assert.True(draft.Take(typed, Calculator), draft.Refused);
        Assert.Equal(("9*9", null), (draft.In(Steps)[0].Inputs!.Value.GetProperty("expression").GetString(), draft.Refused));
    }

    [Fact]
    public void Nothing_typed_leaves_the_inputs_to_earlier_steps()
    {
        var draft = PlanDraft.Of(Steps[0]);
        draft.Inputs = """{"expression":"1"}""";
        Assert.True(draft.Take(ArgumentForm.Of(Calculator, default), Calculator));
        Assert.Null(draft.In(Steps)[0].Inputs);
    }

    [Theory]
    [InlineData("""{"recursive":false}""")]
    [InlineData("{}")]
    public void Inputs_that_nobody_touched_stay_though_they_say_little(string inputs)
    {
        var draft = PlanDraft.Of(Steps[0] with { Inputs = Json(inputs) });
        Assert.True(draft.Take(ArgumentForm.Of(Lister, Json(inputs)), Lister), draft.Refused);
        Assert.Equal(inputs, draft.In(Steps)[0].Inputs?.GetRawText());
    }

    [Fact]
    public void A_flag_that_is_set_to_false_is_an_input_and_another_tool_begins_without_any()
    {
        var draft = PlanDraft.Of(Steps[0]);
        var typed = ArgumentForm.Of(Lister, default);
        Assert.True(typed.IsEmpty);
        typed.Fields[0].Truth = true;
        typed.Fields[0].Truth = false;
        Assert.True(draft.Take(typed, Lister), draft.Refused);
        Assert.Equal("""{"recursive":false}""", draft.Inputs);

        Assert.False(draft.Take(typed, Calculator));
        draft.ForgetInputs();
        Assert.Equal(("", null), (draft.Inputs, draft.Refused));
    }

    [Fact]
    public void What_waited_for_a_step_that_is_removed_waits_for_what_it_waited_for()
    {
        var left = PlanDraft.Without(Steps, "p2");
        Assert.Equal(["p1", "p4"], left.Select(step => step.Id));
        Assert.Equal(["p1"], left[1].DependsOn);
    }

    [Fact]
    public void A_step_is_skipped_and_taken_in_again()
    {
        var skipped = PlanDraft.Skipping(Steps, "p2");
        Assert.Equal([false, true, false], skipped.Select(step => step.Skip));
        Assert.All(PlanDraft.Skipping(skipped, "p2"), step => Assert.False(step.Skip));
    }

    [Theory]
    [InlineData("p4", 0, "p4,p1,p2")]
    [InlineData("p1", 1, "p2,p1,p4")]
    [InlineData("p1", 9, "p2,p4,p1")]
    [InlineData("p9", 0, "p1,p2,p4")]
    public void A_step_is_moved_to_another_place(string id, int to, string order) => Assert.Equal(order, string.Join(',', PlanDraft.Moving(Steps, id, to).Select(step => step.Id)));

    private static readonly JsonElement Calculator = Json("""{"type":"object","required":["expression"],"additionalProperties":false,"properties":{"expression":{"type":"string"}}}""");

    private static readonly JsonElement Lister = Json("""{"type":"object","additionalProperties":false,"properties":{"recursive":{"type":"boolean"}}}""");

    private static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);

    private static PlanStep Step(string id, params string[] after) => new(id, $"Goal of {id}", "", null, after, "");
}
