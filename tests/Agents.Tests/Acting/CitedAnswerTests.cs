using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Answering.Citing;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Tools;
using Platform.Agents.Tools.Calculating;
using Platform.Agents.Tools.Reading;
using Platform.Retrieval.Reading;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Acting;

public sealed class CitedAnswerTests
{
    private const string Leave = "Annual leave is 27 days. It is booked in Harbour. Sick leave starts with a call before 9:00.";
    private const string Written = "Everybody has 27 days [1]. Ask in time [3].";

    [Theory]
    [InlineData(CitationStyle.Numbered, "Everybody has 27 days [1]. Ask in time.", 1, "put that number after each sentence")]
    [InlineData(CitationStyle.Quoted, "Everybody has 27 days [1]. Ask in time.\n\n> “27 days” — leave.txt [1]", 1, "put that number after each sentence")]
    [InlineData(CitationStyle.None, "Everybody has 27 days. Ask in time.", 0, "Name no sources")]
    public async Task An_answer_names_its_sources_in_the_style_of_its_agent(CitationStyle style, string answer, int citations, string rule)
    {
        RecordingTool look = new("look", act: (_, scope, _) => Task.FromResult(ToolOutcome.Of("[1] 27 days", citations: [scope.Numbers.Number(AgentLoopTests.Cited(0))])));
        var chat = Deciding(Call("look", new { text = "leave" }), new TextContent(Written));
        await using var rig = await AgentsRig.StartAsync(chat, tools: [look, new RecordingTool("send")]);
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Knowledge = new(Citations: style) });
        var events = await rig.EventsAsync(run);
        Assert.Equal(answer, events[^1].Read<TextData>().Text);
        Assert.DoesNotContain(events, e => e.Name == "message.reset"); // told once, as it comes
        Assert.Equal(answer, string.Concat(events.Where(e => e.Name == "message.delta").Select(e => e.Read<TextData>().Text)));
        Assert.Equal(citations, (await rig.AnswerAsync(run)).Citations.Count);
        Assert.Contains(rule, chat.Requests.First()[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quotation_is_one_line_of_plain_text_whatever_the_document_holds()
    {
        var cited = AgentLoopTests.Cited(1) with { Quote = $"A *bold*\n# claim ![x](http://evil) <b> {new string('é', 400)}", DocumentName = "a_b.txt" };
        var text = CitedAnswer.After(CitationStyle.Quoted, [cited]);
        Assert.StartsWith("\n\n> “A \\*bold\\* \\# claim !\\[x\\](http://evil) \\<b\\> éé", text, StringComparison.Ordinal);
        Assert.EndsWith("é…” — a\\_b.txt [1]", text, StringComparison.Ordinal);
        Assert.True(text.Length < 330);
    }

    [Theory]
    [InlineData(CitationStyle.Numbered, "Take `list[1]` and [9], as it says [1].", "Take `list[1]` and, as it says [1].")]
    [InlineData(CitationStyle.None, "Take `list[1]`, as it says [1, 2].\n```\na[1]\n```\nDone [1]", "Take `list[1]`, as it says.\n```\na[1]\n```\nDone")]
    [InlineData(CitationStyle.None, "An open ` tick [1].\n\nNext [1].", "An open ` tick [1].\n\nNext.")]
    [InlineData(CitationStyle.Numbered, "Twice 【1】［2】.", "Twice [1][2].")]
    public void Marks_come_out_in_the_agents_style_however_the_text_is_split_and_code_stays_as_it_is(CitationStyle style, string written, string told)
    {
        foreach (var size in (int[])[1, 3, 100])
        {
            AnswerMarks marks = new(style, [AgentLoopTests.Cited(1), AgentLoopTests.Cited(2)], GivenNumbers.None);
            Assert.Equal(told, string.Concat(written.Chunk(size).Select(part => marks.Push(new string(part)))) + marks.Rest());
        }
    }

    [Fact]
    public void Where_no_source_was_shown_a_number_in_brackets_stays_as_it_was_written() =>
        Assert.Equal("See [7].", new AnswerMarks(CitationStyle.None, [], GivenNumbers.None).Push("See [7]."));

    [Fact]
    public void Each_sentence_is_compared_with_what_it_cites_and_says_nothing_of_another()
    {
        var source = AgentLoopTests.Cited(1) with { Context = "After one year annual leave is 25 days. The manager approves it." };
        IReadOnlyList<Citation> Of(string written)
        {
            AnswerMarks marks = new(CitationStyle.Numbered, [source, source with { N = 2, Context = "leave | 30" }], GivenNumbers.None);
            marks.Push(written);
            return marks.Citations;
        }
        var good = Assert.Single(Of("After one year annual leave is 25 days [1]."));
        Assert.Equal((Verdict.Supported, 0, "After one year annual leave is 25 days [1].".Length), (good.Verdict, good.AnswerStart, good.AnswerEnd + "[1].".Length + 1));
        Assert.Equal(Verdict.Unsupported, Assert.Single(Of("After one year annual leave is 26 days [1].")).Verdict);
        Assert.Equal([(1, Verdict.Supported), (2, Verdict.Unsupported), (3, Verdict.Supported)], Of("Annual leave is 25 days after one year [1]. Eve pays for lunch on Mars [1]. The leave is 30 [2].").Select(c => (c.N, c.Verdict)));
        Assert.Empty(Of("Nothing is cited in `code[1]`."));
    }

    [Theory]
    [InlineData("2026-12-31", "From 23 November on there are 38 days until the claim must be handed in [1].", Verdict.Partly)]
    [InlineData("2026-12-30", "From 23 November on there are 37 days until the claim must be handed in [1].", Verdict.Unsupported)] // a date of the model's own
    public async Task What_the_calendar_gave_of_dates_that_are_known_refutes_no_sentence(string date, string answer, Verdict verdict)
    {
        const string Passage = "The claim must be handed in until 31 December; how many days there are from the day of the bill on does not count.";
        RecordingTool look = new("look", act: (_, scope, _) => Task.FromResult(ToolOutcome.Of("A passage.", citations: [scope.Numbers.Number(AgentLoopTests.Cited(0) with { End = 500, Quote = Passage, Context = Passage })])));
        await using var rig = await AgentsRig.StartAsync(Deciding(Call("look", new { text = "claim" }), Call(ToolNames.DateTime, new { action = "difference", date = "2026-11-23", to = date }), new TextContent(answer)), tools: [look, new Platform.Agents.Tools.Dates.DateTimeTool(TimeProvider.System)]);
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Tools = [new("look", ToolPolicy.Always), new(ToolNames.DateTime, ToolPolicy.Always)] }, "How many days are there from 23 November until the claim must be handed in?");
        await rig.EventsAsync(run);
        Assert.Equal(verdict, Assert.Single((await rig.AnswerAsync(run)).Citations).Verdict);
    }

    [Fact]
    public void Marks_are_numbered_from_one_by_first_appearance_and_what_several_stand_for_is_quoted_once()
    {
        var source = AgentLoopTests.Cited(7) with { Context = "After one year annual leave is 25 days. The manager approves it." };
        AnswerMarks marks = new(CitationStyle.Quoted, [AgentLoopTests.Cited(1), source], GivenNumbers.None);
        Assert.Equal("The manager approves it [1]. Annual leave is 40 days [2]. The manager approves it [1]. It is 25 days [3].", marks.Push("The manager approves it [7]. Annual leave is 40 days [7]. The manager approves it [7]. It is 25 days [7]."));
        Assert.Equal([(1, Verdict.Supported), (2, Verdict.Unsupported), (3, Verdict.Supported)], marks.Citations.Select(c => (c.N, c.Verdict)));
        Assert.Equal("\n\n> “The manager approves it.” — leave.txt [1]\n>\n> “After one year annual leave is 25 days.” — leave.txt [2][3]", CitedAnswer.After(CitationStyle.Quoted, marks.Citations));
    }

    [Theory]
    [InlineData("Sick leave starts with a call [2].", "Sick leave starts with a call before 9:00.")]
    [InlineData("Annual leave is 30 days [2].", "Annual leave is 27 days.")] // what it says instead
    [InlineData("Eve pays for lunch on Mars [2].", Leave)] // no sentence has anything of it
    public void What_a_sentence_rests_on_is_marked_of_a_passage_and_all_of_it_where_no_sentence_has_anything_of_it(string written, string marked)
    {
        var source = AgentLoopTests.Cited(2) with { Start = 100, End = 100 + Leave.Length, Quote = Leave, Context = Leave, ContextStart = 100 };
        var cited = Assert.Single(Marked(source, written));
        Assert.Equal((marked, Leave, 100), (cited.Quote, cited.Context, cited.ContextStart));
        Assert.Equal(marked, Leave[(cited.Start - 100)..(cited.End - 100)]);

        // An agent that was asked cited a sentence of the passage: where that does not hold, another one may, and what it cited stays where none does.
        var asked = Assert.Single(Marked(source with { Start = 100, End = 124, Quote = Leave[..24] }, written));
        Assert.Equal(marked == Leave ? Leave[..24] : marked, asked.Quote);

        // Rows of a table are no text: what was asked of it stands for them.
        Assert.Equal("select 1", Assert.Single(Marked(source with { Start = 0, End = 0, Quote = "select 1" }, written)).Quote);

        static IReadOnlyList<Citation> Marked(Citation source, string written)
        {
            AnswerMarks marks = new(CitationStyle.Numbered, [source], GivenNumbers.None);
            marks.Push(written);
            return marks.Citations;
        }
    }

    [Theory]
    [InlineData("search_documents")]
    [InlineData("read_passage")]
    public async Task A_sentence_of_what_was_found_or_read_is_cited_on_its_page(string tool)
    {
        var text = Leave + " Unused days are lost in March.";
        var (turn, call) = (text.IndexOf("Unused", StringComparison.Ordinal), text.IndexOf("call", StringComparison.Ordinal));
        TextShelf shelf = new();
        shelf.Add("leave.pdf", new ParsedDocument("application/pdf", null, text, [new(1, 0, turn, 600, 800, [new(call, call + 4, 0.5f, 0.2f, 0.1f, 0.02f)]), new(2, turn, text.Length, 600, 800, [new(turn, turn + 6, 0.1f, 0.7f, 0.1f, 0.02f)])], []));
        List<AIContent> decisions = [Call("search_documents", new { query = "unused leave days" })];
        if (tool == "read_passage")
            decisions.Add(Call("read_passage", new { number = 1, page = 1 }));
        decisions.Add(new TextContent(tool == "read_passage" ? "Sick leave starts with a call [2]." : "Unused days are lost in March [1]."));
        await using var rig = await AgentsRig.StartAsync(Deciding([.. decisions]), shelf: shelf, tools: [new SearchDocumentsTool(shelf), new ReadPassageTool(shelf)]);
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Tools = [new("search_documents", ToolPolicy.Always), new("read_passage", ToolPolicy.Always)] }, "What of unused leave?");
        await rig.EventsAsync(run);
        var cited = Assert.Single((await rig.AnswerAsync(run)).Citations);
        Assert.Equal(tool == "read_passage" ? ("Sick leave starts with a call before 9:00.", 1) : ("Unused days are lost in March.", 2), (cited.Quote, cited.Page));
        Assert.Equal(cited.Quote, text[cited.Start..cited.End]);
        var place = Assert.Single(cited.Rectangles);
        Assert.Equal(tool == "read_passage" ? (1, 0.2f) : (2, 0.7f), (place.Page, place.Y));
    }

    [Fact]
    public async Task A_whole_answer_is_not_lost_to_a_document_that_cannot_be_read_for_its_place()
    {
        var shelf = new TextShelf().Add("leave.txt", Leave);
        var chat = Deciding(messages =>
        {
            if (messages[^1].Role != ChatRole.Tool)
                return [Call("search_documents", new { query = "sick leave call" })];
            shelf.ReadFailure = new InvalidOperationException("The database is locked.");
            return [new TextContent("Sick leave starts with a call [1].")];
        });
        await using var rig = await AgentsRig.StartAsync(chat, shelf: shelf, tools: [new SearchDocumentsTool(shelf)]);
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Tools = [new("search_documents", ToolPolicy.Always)] }, "What of sick leave?");
        var events = await rig.EventsAsync(run);
        Assert.DoesNotContain(events, one => one.Name == "error");
        var cited = Assert.Single((await rig.AnswerAsync(run)).Citations);
        Assert.Equal(("Sick leave starts with a call before 9:00.", 0), (cited.Quote, cited.Rectangles.Count));
    }

    /// <param name="answer">With [2] for the passage, as the model knows it.</param>
    [Theory]
    [InlineData("28 - 26", "After five years you have two more days than after one, 28 instead of 26 [2]. Ask in Tidebook; requests of up to four days are answered within two working days [2].", Verdict.Partly, Verdict.Supported, false)]
    [InlineData("29 - 24", "After five years you have two more days than after one, 29 instead of 26 [2]. Ask in Tidebook; requests of up to four days are answered within two working days [2].", Verdict.Unsupported, Verdict.Supported, false)]
    [InlineData("29 - 24", "After five years you have 29 days of annual leave instead of 26 [2].", Verdict.Unsupported, null, true)]
    [InlineData("32 + 26", "The leave year starts with 58 days of annual leave on top [2].", Verdict.Partly, null, false)]
    [InlineData("round((28 - 26) / 26 * 100, 2) * 12 / 12", "The leave year starts with 7.69 per cent of annual leave on top [2].", Verdict.Partly, null, false)]
    [InlineData("round(sum(28, 26), 0)", "The leave year starts with 54 days of annual leave on top [2].", Verdict.Partly, null, false)]
    [InlineData("round(sum(28, 37), 0)", "The leave year starts with 65 days of annual leave on top [2].", Verdict.Unsupported, null, true)] // 37 is the model's own
    [InlineData("26 / 12", "The leave year starts with about 2.17 days of annual leave on top [2].", Verdict.Partly, null, false)]
    [InlineData("28 - 19", "The leave year starts with nine days of annual leave on top [2].", Verdict.Unsupported, null, true)] // 19 is the model's own
    [InlineData("12 * 7", "The leave year starts with 84 days of annual leave on top [2].", Verdict.Unsupported, null, true)]
    [InlineData("5 * 100 / 100", "The leave year starts with five days of annual leave on top [2].", Verdict.Unsupported, null, true)] // the question's, calculated
    [InlineData("9 + 0 + 19", "The leave year starts with nine days of annual leave on top [2].", Verdict.Unsupported, null, true)]
    public async Task What_the_question_names_and_the_calculator_gave_refutes_no_sentence_and_an_invented_number_does(string expression, string answer, Verdict first, Verdict? second, bool unsourced)
    {
        const string Passage = "The leave year is the calendar year. You start with 26 days of annual leave, and public holidays come on top. The allowance grows with length of service as figure 1 shows: 28 days after three years, 30 days after six and 32 days after ten. Ask for leave in Tidebook. Requests of up to four days are answered within two working days, longer ones within a week.";
        RecordingTool look = new("look", act: (_, scope, _) => Task.FromResult(ToolOutcome.Of("Two passages.", citations: [scope.Numbers.Number(AgentLoopTests.Cited(0)), scope.Numbers.Number(AgentLoopTests.Cited(0) with { End = 500, Quote = Passage, Context = Passage })])));
        await using var rig = await AgentsRig.StartAsync(Deciding(Call("look", new { text = "leave" }), Call(ToolNames.Calculator, new { expression }), new TextContent(answer)), tools: [look, new RecordingTool("send"), new CalculatorTool()]);
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Tools = [.. AgentLoopTests.Clerk.Tools, new(ToolNames.Calculator, ToolPolicy.Always)] }, "How many more days of leave after five years than after one, and who approves it?");
        var usage = (await rig.EventsAsync(run)).Single(e => e.Name == "usage").Read<AnswerDone>();
        var told = await rig.AnswerAsync(run);
        Assert.Equal([(1, first), .. second is { } next ? [(2, next)] : Array.Empty<(int, Verdict)>()], told.Citations.Select(c => (c.N, c.Verdict)));
        Assert.Equal(unsourced, usage.IsUnsourced);
        Assert.Equal(answer.Replace("26 [2]", "26 [1]", StringComparison.Ordinal).Replace("top [2]", "top [1]", StringComparison.Ordinal), told.Text);
    }
}
