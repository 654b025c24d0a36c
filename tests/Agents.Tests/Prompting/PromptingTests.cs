using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Memory;
using Platform.Agents.Prompting;
using Platform.Agents.Runs;
using Platform.Agents.Tests.Acting;
using Platform.Agents.Tools;
using Platform.Fakes;
using Platform.ModelHost.Client;

namespace Platform.Agents.Tests.Prompting;

/// <summary>What the model is sent for each setting of an agent.</summary>
public sealed class PromptingTests
{
    private static readonly Demonstration[] Store =
    [
        new("How many days of annual leave?", "27 days.", "The handbook says 27."),
        new("Who approves travel?", "Your manager.", "The travel page names the manager."),
        new("How many days of parental leave?", "60 days.", "The parental page says 60."),
        new("What is the wifi password?", "Ask the desk.", "It is not written down."),
    ];

    private static readonly AgentDefinition Clerk = new() { Name = "Clerk", Slug = "clerk", Instructions = "Help {{user.name}}." };

    [Fact]
    public async Task A_prompt_has_a_section_for_each_thing_and_none_for_nothing()
    {
        Assert.Equal("## Instructions\nHelp Anna.", await SystemAsync(Clerk));
        var whole = await SystemAsync(Clerk with { Prompting = new(ReasoningMode.ZeroShot, Store, 1) });
        Assert.Equal(["## Instructions", "## Reasoning", "## Examples"], whole.Split('\n').Where(line => line.StartsWith("## ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(DemonstrationOrder.NearestLast, "parental", "annual")]
    [InlineData(DemonstrationOrder.NearestFirst, "annual", "parental")]
    [InlineData(DemonstrationOrder.AsListed, "annual", "parental")]
    public async Task The_nearest_demonstrations_are_shown_in_the_order_that_is_set(DemonstrationOrder order, string first, string second)
    {
        var sent = await SystemAsync(Clerk with { Prompting = new(Demonstrations: Store, Shown: 2, Order: order) }, "How many days of annual leave do I have?");
        Assert.DoesNotContain("wifi", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("travel", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("handbook", sent, StringComparison.Ordinal); // no reasoning is asked for, none is shown
        Assert.True(sent.IndexOf(first, StringComparison.Ordinal) < sent.IndexOf(second, StringComparison.Ordinal));
        Assert.Contains("<example>\nQuestion: How many days of annual leave?\n27 days.\n</example>", sent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Year one has 25 days.\nYear five has 27.\nAns", "wer: 2 d", "ays.")]
    [InlineData("Thinking…\n**Answer:** ", "2 days", ".")]
    [InlineData("Thinking…\n**Ans", "wer**: 2 days", ".")]
    [InlineData("先想一想……\n**答案**：", "2 days.")]
    public async Task A_chain_of_thought_is_kept_apart_from_the_answer(params string[] written)
    {
        await using var rig = await AgentsRig.StartAsync(ScriptedChatClient.Saying(written));
        var run = await rig.LetAsync(Clerk with { Prompting = new(ReasoningMode.ZeroShot) });
        var events = await rig.EventsAsync(run);
        Assert.Equal("2 days.", (await rig.AnswerAsync(run)).Text);
        Assert.Equal("2 days.", string.Concat(events.Where(e => e.Name == "message.delta").Select(e => e.Read<TextData>().Text)));
        var thought = string.Concat(events.Where(e => e.Name == "step.delta").Select(e => e.Read<StepTextData>().Text));
        Assert.StartsWith(written[0].Split('\n')[0], thought, StringComparison.Ordinal);
        Assert.DoesNotContain("2 days.", thought, StringComparison.Ordinal);
        Assert.Equal(string.Concat(written), events.Single(e => e.Name == "step.completed").Read<StepCompletedData>().Text); // the trace has all of it
    }

    [Fact]
    public async Task Reasoning_shown_by_examples_sends_those_that_reason()
    {
        var sent = await SystemAsync(Clerk with { Prompting = new(ReasoningMode.FewShot, [Store[0], Store[1] with { Reasoning = "" }], 3) });
        Assert.Contains("Question: How many days of annual leave?\nThe handbook says 27.\nAnswer: 27 days.", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("travel", sent, StringComparison.Ordinal);
        var marked = await SystemAsync(Clerk with { Prompting = new(ReasoningMode.ZeroShot, [Store[1] with { Reasoning = "" }]) });
        Assert.Contains("Question: Who approves travel?\nAnswer: Your manager.", marked, StringComparison.Ordinal); // an example never shows an answer without its line
    }

    [Theory]
    [InlineData(ReasoningMode.None, false, false)]
    [InlineData(ReasoningMode.ZeroShot, true, true)]
    [InlineData(ReasoningMode.FewShot, true, true)]
    public async Task Reasoning_is_asked_for_and_shown_as_the_setting_says(ReasoningMode mode, bool isAsked, bool isShown)
    {
        var sent = await SystemAsync(Clerk with { Prompting = new(mode, [Store[0]], 1) });
        Assert.Equal(isAsked, sent.Contains("## Reasoning\nReason step by step first.", StringComparison.Ordinal));
        Assert.Equal(isAsked, sent.Contains("a line that begins with \"Answer:\"", StringComparison.Ordinal));
        Assert.Equal(isShown, sent.Contains("<example>\nQuestion: How many days of annual leave?\nThe handbook says 27.\nAnswer: 27 days.\n</example>", StringComparison.Ordinal));
        Assert.Equal(!isShown, sent.Contains("<example>\nQuestion: How many days of annual leave?\n27 days.\n</example>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Samples_that_reason_differently_vote_with_their_answers_alone()
    {
        var chat = ScriptedChatClient.Deciding(new TextContent("25 plus 2.\nAnswer: 27 days."), new TextContent("I guess.\nAnswer: 30 days."), new TextContent("The page says so.\nAnswer: 27 days"));
        await using var rig = await AgentsRig.StartAsync(chat);
        var run = await rig.LetAsync(Clerk with { Prompting = new(ReasoningMode.ZeroShot, Samples: 3) });
        var events = await rig.EventsAsync(run);
        Assert.Equal("27 days.", (await rig.AnswerAsync(run)).Text);
        Assert.Equal(new AnswerChosenData(3, 2, "27 days.") { StepId = "s1" }, events.Single(e => e.Name == "answer.chosen").Read<AnswerChosenData>());
        Assert.Equal(3, chat.Requests.Count);
    }

    [Fact]
    public async Task Every_variable_of_instructions_is_filled_in_and_what_a_value_holds_is_none()
    {
        ManualClock clock = new(new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero));
        var chat = ScriptedChatClient.Saying("Yes.");
        await using var rig = await AgentsRig.StartAsync(chat, process: new(Clock: clock));
        var conversation = await rig.Conversations.CreateAsync(AgentsRig.Anna, [], TestContext.Current.CancellationToken);
        AgentTask task = new(Guid.NewGuid(), 1, Clerk with { Instructions = "{{user.name}}, {{ date }}, {{weekday}}, {{other}}." }, "{{date}}", false);
        await rig.EventsAsync(await rig.Runs.StartAsync(AgentsRig.Anna, new(Guid.NewGuid(), conversation.Id, "Which day is it?", Agent: task), TestContext.Current.CancellationToken));
        Assert.Equal("## Instructions\n{{date}}, 2026-03-02, Monday, {{other}}.", chat.Requests.Single()[0].Text);
        Assert.Equal("今天是2026-03-02，星期一。", InstructionVariables.Fill("今天是{{date}}，{{weekday}}。", "", clock.GetUtcNow()));
    }

    [Fact]
    public async Task An_answer_without_the_mark_is_an_answer_all_the_same()
    {
        await using var rig = await AgentsRig.StartAsync(ScriptedChatClient.Saying("Just ", "27 days."));
        var run = await rig.LetAsync(Clerk with { Prompting = new(ReasoningMode.ZeroShot) });
        await rig.EventsAsync(run);
        Assert.Equal("Just 27 days.", (await rig.AnswerAsync(run)).Text);
    }

    [Fact]
    public async Task Of_several_samples_the_answer_of_most_is_taken()
    {
        var chat = ScriptedChatClient.Deciding(new TextContent("25 days."), new TextContent("27 days."), new TextContent("27 days"), new TextContent("About 27 days?"), new TextContent("27 Days!"));
        await using var rig = await AgentsRig.StartAsync(chat);
        var run = await rig.LetAsync(Clerk with { Prompting = new(Samples: 5), Model = new(Seed: 7), Limits = new(Steps: 1) });
        var events = await rig.EventsAsync(run);
        Assert.Equal("27 days.", (await rig.AnswerAsync(run)).Text);
        Assert.Equal(new AnswerChosenData(5, 3, "27 days.") { StepId = "s2" }, events.Single(e => e.Name == "answer.chosen").Read<AnswerChosenData>());
        Assert.Equal([7, 8, 9, 10, 11], chat.Options.Select(o => o!.Seed));
        Assert.All(chat.Options.Skip(1), options => Assert.True(options!.Temperature >= 0.7f));
        Assert.Single(chat.Requests.Select(messages => messages[^1].Text).Distinct());
    }

    [Fact]
    public async Task The_models_settings_are_sent_as_they_are_set()
    {
        var chat = ScriptedChatClient.Saying("Yes.");
        await using var rig = await AgentsRig.StartAsync(chat);
        await rig.EventsAsync(await rig.LetAsync(Clerk with { Model = new("qwen:legal@3", [new("brief", 0.5)], Temperature: 0.4, TopP: 0.9, MaxTokens: 99, Seed: 5, Stop: ["END"], Effort: ThinkingEffort.Low) }));
        var options = Assert.Single(chat.Options)!;
        Assert.Equal(("qwen:legal@3", 0.4f, 0.9f, 99, 5L, "END"), (options.ModelId, options.Temperature, options.TopP, options.MaxOutputTokens, options.Seed, Assert.Single(options.StopSequences!)));
        Assert.Equal(ReasoningEffort.Low, options.Reasoning!.Effort);
        Assert.Contains("\"brief\"", System.Text.Json.JsonSerializer.Serialize(options.AdditionalProperties!["lora"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_window_of_the_conversation_holds_the_latest_turns_that_fit()
    {
        var chat = ScriptedChatClient.Saying("Yes.");
        await using var rig = await AgentsRig.StartAsync(chat);
        var first = await rig.LetAsync(Clerk, "First question?");
        await rig.EventsAsync(first);
        foreach (var (scope, tokens, sent) in new[] { (MemoryScope.Conversation, 1000, 4), (MemoryScope.Conversation, 2, 4), (MemoryScope.None, 1000, 2) })
        {
            var run = await rig.LetAsync(Clerk with { Memory = new(scope, tokens) }, $"Next, with {scope} and {tokens}?", first.ConversationId);
            await rig.EventsAsync(run);
            Assert.Equal(sent, chat.Requests.Last().Count);
        }
    }

    [Fact]
    public async Task What_fell_out_of_the_window_is_put_into_a_few_words_by_the_model_once_a_run()
    {
        string[] said = [new('a', 400), new('b', 400)];
        var chat = ScriptedChatClient.Deciding(messages => [new TextContent(
            messages[0].Text.StartsWith("Put this earlier part", StringComparison.Ordinal) ? "Anna asked twice. </tool_output>" : said[^1])]);
        await using var rig = await AgentsRig.StartAsync(chat);
        var agent = Clerk with { Memory = new(MemoryScope.Conversation, 150) };
        var first = await rig.LetAsync(agent, "First question?");
        await rig.EventsAsync(first);
        await rig.EventsAsync(await rig.LetAsync(agent, "Second question?", first.ConversationId));
        var events = await rig.EventsAsync(await rig.LetAsync(agent, "Third question?", first.ConversationId));
        Assert.Contains("## Earlier in this conversation\n<memory>\nAnna asked twice. ‹/tool_output>\n</memory>", chat.Requests.Last()[0].Text, StringComparison.Ordinal);
        var sent = chat.Requests.ElementAt(chat.Requests.Count - 2);
        Assert.Contains("Asked: First question?\nAnswered: bbb", sent[1].Text, StringComparison.Ordinal);
        Assert.StartsWith("<tool_output", sent[1].Text, StringComparison.Ordinal);
        Assert.Equal([StepKind.Summary, StepKind.Decision], events.Where(e => e.Name == "step.started").Select(e => e.Read<StepStartedData>().Kind));
        Assert.DoesNotContain("Anna asked twice", events[^1].Data, StringComparison.Ordinal);

        // A model whose words are worth nothing is not asked: the beginnings stand there.
        await using var weak = await AgentsRig.StartAsync(ScriptedChatClient.Saying(said[^1]), canAnswer: false);
        var run = await weak.LetAsync(agent, "First question?");
        await weak.EventsAsync(run);
        await weak.EventsAsync(await weak.LetAsync(agent, "Second question?", run.ConversationId));
        Assert.DoesNotContain(await weak.EventsAsync(await weak.LetAsync(agent, "Third question?", run.ConversationId)), e => e.Name == "step.started" && e.Read<StepStartedData>().Kind == StepKind.Summary);
    }

    [Fact]
    public async Task What_was_said_at_the_beginning_of_a_long_conversation_is_carried_from_summary_to_summary()
    {
        var chat = ScriptedChatClient.Deciding(messages => [new TextContent(
            !messages[0].Text.StartsWith("Put this earlier part", StringComparison.Ordinal) ? new string('a', 400)
            : messages[1].Text.Contains("Zaphod", StringComparison.Ordinal) ? "The person is Zaphod." : "Nothing.")]);
        await using var rig = await AgentsRig.StartAsync(chat);
        var agent = Clerk with { Memory = new(MemoryScope.Conversation, 150) };
        var run = await rig.LetAsync(agent, "I am Zaphod.");
        await rig.EventsAsync(run);
        for (var i = 2; i <= 6; i++)
            await rig.EventsAsync(await rig.LetAsync(agent, $"Question {i}?", run.ConversationId));
        Assert.Contains("The person is Zaphod.", chat.Requests.Last()[0].Text, StringComparison.Ordinal);
        var asked = chat.Requests.Last(messages => messages[0].Text.StartsWith("Put this earlier part", StringComparison.Ordinal))[1].Text;
        Assert.Contains("Before: The person is Zaphod.", asked, StringComparison.Ordinal);
        Assert.DoesNotContain("Question 2?", asked, StringComparison.Ordinal); // it stands in the earlier one

        // What stands in a summary already is not asked for again where nothing else fell out.
        var wide = await rig.EventsAsync(await rig.LetAsync(agent with { Memory = new(MemoryScope.Conversation, 400) }, "And now?", run.ConversationId));
        Assert.DoesNotContain(wide, e => e.Name == "step.started" && e.Read<StepStartedData>().Kind == StepKind.Summary);
        Assert.Contains("The person is Zaphod.", chat.Requests.Last()[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_further_summary_can_be_made_the_earlier_one_stays_within_its_part_of_the_prompt()
    {
        var summaries = 0;
        var chat = ScriptedChatClient.Deciding(messages => [new TextContent(
            !messages[0].Text.StartsWith("Put this earlier part", StringComparison.Ordinal) ? new string('a', 400)
            : summaries++ == 0 ? "The person is Zaphod." : throw new ModelHostException(ModelHostErrorKind.Busy, "Busy."))]);
        await using var rig = await AgentsRig.StartAsync(chat);
        var agent = Clerk with { Memory = new(MemoryScope.Conversation, 150) };
        var run = await rig.LetAsync(agent, "I am Zaphod.");
        await rig.EventsAsync(run);
        for (var i = 2; i <= 4; i++)
            await rig.EventsAsync(await rig.LetAsync(agent, $"Question {i}?", run.ConversationId));
        Assert.True(summaries > 1);
        var before = chat.Requests.Last()[0].Text.Split("<memory>\n")[1].Split("\n</memory>")[0];
        Assert.StartsWith("The person is Zaphod.", before, StringComparison.Ordinal);
        Assert.InRange(before.Length, 1, 4 * 150 / 4);
    }

    [Fact]
    public async Task The_earlier_summary_stays_also_where_nobody_counts_its_tokens()
    {
        ConversationWindow window = new(new AwayCounter());
        var told = await window.InShortAsync("The person is Zaphod.", [new("user", "Where am I?")], 100, PromptWords.In(AnswerLanguage.English), TestContext.Current.CancellationToken);
        Assert.StartsWith("The person is Zaphod.\n", told, StringComparison.Ordinal);
    }

    private sealed class AwayCounter : ITokenCounter
    {
        public Task<IReadOnlyList<int>> CountForEmbeddingAsync(IReadOnlyList<string> texts, CancellationToken cancellation) => CountForChatAsync(texts, cancellation);

        public Task<IReadOnlyList<int>> CountForChatAsync(IReadOnlyList<string> texts, CancellationToken cancellation, string model = "") => throw new ModelHostException(ModelHostErrorKind.Unavailable, "Away.");
    }

    [Fact]
    public async Task All_sections_stand_in_their_order_each_under_its_heading()
    {
        var chat = ScriptedChatClient.Deciding(messages => [new TextContent(messages[0].Text.StartsWith("Put this earlier part", StringComparison.Ordinal) ? "Anna asked." : new string('a', 400))]);
        await using var rig = await AgentsRig.StartAsync(chat, tools: [new RecordingTool("look")]);
        var made = await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk, TestContext.Current.CancellationToken);
        await rig.Memories.AddAsync(AgentsRig.Anna, made.Id, "Days of annual leave: Anna took five days of annual leave.", shared: false, TestContext.Current.CancellationToken);
        var agent = Clerk with { Tools = [new("look", ToolPolicy.Always)], Prompting = new(ReasoningMode.ZeroShot, Store, 1), Memory = new(MemoryScope.User, 100) };
        var first = await rig.LetAsync(agent, id: made.Id);
        await rig.EventsAsync(first);
        await rig.EventsAsync(await rig.LetAsync(agent, "How many days of annual leave did I take?", first.ConversationId, made.Id));
        var sent = chat.Requests.Last();
        Assert.Equal(["## Instructions", "## Rules", "## Reasoning", "## Examples", "## Memory", "## Earlier in this conversation"], sent[0].Text.Split('\n').Where(line => line.StartsWith("## ", StringComparison.Ordinal)));
        Assert.Equal("How many days of annual leave did I take?", sent[^1].Text); // the question stands last, alone
    }

    [Fact]
    public async Task Dates_and_tools_have_the_time_zone_of_the_person()
    {
        TimeZoneInfo? seen = null;
        RecordingTool look = new("look", act: (_, scope, _) =>
        {
            seen = scope.TimeZone;
            return Task.FromResult(ToolOutcome.Of("fine"));
        });
        ManualClock clock = new(new DateTimeOffset(2026, 3, 1, 23, 30, 0, TimeSpan.Zero));
        var chat = ScriptedChatClient.Deciding(ScriptedChatClient.Call("look", new { text = "x" }), new TextContent("Yes."));
        await using var rig = await AgentsRig.StartAsync(chat, tools: [look], process: new(Clock: clock));
        var conversation = await rig.Conversations.CreateAsync(AgentsRig.Anna, [], TestContext.Current.CancellationToken);
        AgentTask task = new(Guid.NewGuid(), 1, Clerk with { Instructions = "Today is {{date}}.", Tools = [new("look", ToolPolicy.Always)] }, "Anna", false) { TimeZone = "Asia/Shanghai" };
        await rig.EventsAsync(await rig.Runs.StartAsync(AgentsRig.Anna, new(Guid.NewGuid(), conversation.Id, "Which day is it?", Agent: task), TestContext.Current.CancellationToken));
        Assert.Equal("Asia/Shanghai", seen!.Id);
        Assert.Contains("Today is 2026-03-02.", chat.Requests.First()[0].Text, StringComparison.Ordinal);
    }

    private static async Task<string> SystemAsync(AgentDefinition agent, string question = "How many days of annual leave?")
    {
        var chat = ScriptedChatClient.Saying("Answer: yes.");
        await using var rig = await AgentsRig.StartAsync(chat);
        await rig.EventsAsync(await rig.LetAsync(agent, question));
        return chat.Requests.First()[0].Text;
    }
}
