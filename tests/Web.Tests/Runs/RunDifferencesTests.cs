using System.Text.Json;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Forking;
using Platform.Agents.Runs;
using Platform.Agents.Runs.Tracing;
using Platform.Web.Features.Runs;

namespace Platform.Web.Tests.Runs;

public sealed class RunDifferencesTests
{
    private static readonly StringLocalizer<RunsTexts> Texts = new(new ResourceManagerStringLocalizerFactory(Options.Create(new LocalizationOptions()), NullLoggerFactory.Instance));

    private static readonly AgentDefinition Clerk = new() { Name = "Clerk", Slug = "clerk", Instructions = "Count." };

    [Fact]
    public void The_same_twice_differs_in_nothing() => Assert.Empty(Of(Run(Clerk), Trace(("6*7", "42")), Run(Clerk), Trace(("6*7", "42"))));

    [Fact]
    public void Models_adapters_instructions_and_what_calls_came_to_are_told_one_sentence_each()
    {
        var first = Run(Clerk with { Model = new("base", Adapters: [new("legal", 1), new("tone", 0.5)]) });
        var second = Run(Clerk with { Instructions = "Count well.", Model = new("other", Adapters: [new("legal", 0.5), new("short@2")]) });
        Assert.Equal(
            [
                "Model: base in the first, other in the second.", "Adapter legal: strength 1 in the first, 0.5 in the second.", "Adapter tone × 0.5: only in the first.", "Adapter short@2 × 1: only in the second.",
                "The instructions are not the same.", "Calculator (6*7) came to “42” in the first, to “43” in the second.", "Calculator (1+1): called only in the first.", "Calculator (2+2): called only in the second.",
            ],
            Of(first, Trace(("6*7", "42"), ("1+1", "2")), second, Trace(("6*7", "43"), ("2+2", "4"))));
    }

    [Fact]
    public void A_run_that_waits_shows_the_model_that_is_set_for_it_and_one_that_asked_the_model_that_answered()
    {
        var waiting = Trace();
        Assert.Equal(("Calculator", "shop: create order", "__x"), (RunWords.Tool("calculator", Texts), RunWords.Tool("shop__create_order", Texts), RunWords.Tool("__x", Texts)));
        Assert.Equal("chosen", RunWords.Model(Run(Clerk with { Model = new("own") }, chosen: "chosen"), waiting, Texts));
        Assert.Equal("own", RunWords.Model(Run(Clerk with { Model = new("own") }), waiting, Texts));
        Assert.Equal("The one that answers by default", RunWords.Model(Run(Clerk), waiting, Texts));
        var asked = Trace();
        asked.Add(Event(9, "usage", new AnswerDone(AnswerMode.Auto, NotFound: false, new(0, 0, 0), new("answered", 1, 1, 0, 0))));
        Assert.Equal("answered", RunWords.Model(Run(Clerk with { Model = new("own") }), asked, Texts));
    }

    [Fact]
    public void A_fork_is_named_as_one_and_what_it_took_over_is_not_counted_as_made()
    {
        var first = Run(Clerk);
        RunRecord Made(Guid from, string? step) => Run(Clerk) is var run ? run with { Listed = run.Listed with { Run = run.Listed.Run with { Origin = new(from, step) } } } : run;
        Assert.Null(RunDifferences.Made(first, Run(Clerk), Texts));
        Assert.Equal("fork of the other run at s2", RunDifferences.Made(Made(first.Listed.Run.Id, "s2"), first, Texts));
        Assert.Equal("the other run, done again", RunDifferences.Made(Made(first.Listed.Run.Id, null), first, Texts));
        Assert.Equal("Forked at s2", RunDifferences.Made(Made(Guid.NewGuid(), "s2"), first, Texts));

        var trace = RunTrace.Of(
        [
            Event(1, "step.started", new StepStartedData("s1", StepKind.Decision, "", 0, [], [])),
            Event(2, "step.completed", new StepCompletedData("s1", StepKind.Decision, "", [], 1, 1, 1)),
            Event(3, "tool.call", new ToolCallData("c1", "s1", "calculator", JsonSerializer.SerializeToElement(new { expression = "6*7" }), false)),
            Event(4, "tool.result", new ToolResultData("c1", "s1", "calculator", "42", null, false, [], 1)),
            Event(5, "run.forked", new RunForkedData(new(first.Listed.Run.Id, "s2"), new())),
        ]);
        Assert.Equal((0, "— (1 taken over)"), (trace.Steps, RunDifferences.CallsMade(trace, Texts)));
        trace.Add(Event(6, "step.started", new StepStartedData("s2", StepKind.Decision, "", 0, [], [])));
        trace.Add(Event(7, "tool.call", new ToolCallData("c2", "s2", "date_time", JsonSerializer.SerializeToElement(new { }), false)));
        Assert.Equal((1, "Date and time (1 taken over)"), (trace.Steps, RunDifferences.CallsMade(trace, Texts)));
    }

    private static IReadOnlyList<string> Of(RunRecord first, RunTrace firstTrace, RunRecord second, RunTrace secondTrace) => RunDifferences.Of(first, firstTrace, second, secondTrace, Texts);

    private static RunRecord Run(AgentDefinition definition, string chosen = "") => new(
        new(new(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), RunStatus.RequiresAction, DateTimeOffset.UnixEpoch, null), "anna", definition.Name, chosen, "How many?", 0, 0),
        new(Guid.NewGuid(), 1, definition, "Anna", AsAdministrator: false), AnswerMode.Auto, []);

    private static RunTrace Trace(params (string Expression, string Result)[] calls) => RunTrace.Of(calls.SelectMany((call, i) =>
    {
        var arguments = JsonSerializer.SerializeToElement(new { expression = call.Expression });
        return (RunEvent[])
        [
            Event((2 * i) + 1, "tool.call", new ToolCallData($"c{i}", "s1", "calculator", arguments, false)),
            Event((2 * i) + 2, "tool.result", new ToolResultData($"c{i}", "s1", "calculator", call.Result, null, false, [], 1)),
        ];
    }));

    private static RunEvent Event(int seq, string name, object data) => new(Guid.Empty, seq, DateTimeOffset.UnixEpoch.AddSeconds(seq), name, JsonSerializer.Serialize(data, data.GetType(), RunJson.Options));
}
