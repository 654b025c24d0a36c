using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Tools;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Acting;

public sealed class CitedAnswerTests
{
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
        var text = CitedAnswer.Of("So [1].", CitationStyle.Quoted, [cited]).After;
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
            AnswerMarks marks = new(style, new HashSet<int> { 1, 2 });
            Assert.Equal(told, string.Concat(written.Chunk(size).Select(part => marks.Push(new string(part)))) + marks.Rest());
        }
    }

    [Fact]
    public void Where_no_source_was_shown_a_number_in_brackets_stays_as_it_was_written() =>
        Assert.Equal("See [7].", new AnswerMarks(CitationStyle.None, new HashSet<int>()).Push("See [7]."));

    [Fact]
    public void Each_sentence_is_compared_with_what_it_cites_and_the_worst_supported_counts()
    {
        var source = AgentLoopTests.Cited(1) with { Context = "After one year annual leave is 25 days. The manager approves it." };
        var (one, two) = (source, source with { N = 2, Context = "leave | 30" });
        Citation[] Of(string written) => [.. CitedAnswer.Of(written, CitationStyle.Numbered, [one, two]).Citations];
        var good = Assert.Single(Of("After one year annual leave is 25 days [1]."));
        Assert.Equal((Verdict.Supported, 0, "After one year annual leave is 25 days [1].".Length), (good.Verdict, good.AnswerStart, good.AnswerEnd + "[1].".Length + 1));
        Assert.Equal(Verdict.Unsupported, Assert.Single(Of("After one year annual leave is 26 days [1].")).Verdict);
        Assert.Equal([(1, Verdict.Unsupported), (2, Verdict.Supported)], Of("Annual leave is 25 days after one year [1]. Eve pays for lunch on Mars [1]. The leave is 30 [2].").Select(c => (c.N, c.Verdict)));
        Assert.Empty(Of("Nothing is cited in `code[1]`."));
    }
}
