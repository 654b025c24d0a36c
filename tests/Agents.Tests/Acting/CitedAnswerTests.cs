using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Tools;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Acting;

public sealed class CitedAnswerTests
{
    private const string Written = "Everybody has 27 days [1]. Ask in time [3].";

    [Theory]
    [InlineData(CitationStyle.Numbered, Written, 1, "put that number after each sentence")]
    [InlineData(CitationStyle.Quoted, Written + "\n\n> “27 days” — leave.txt [1]", 1, "put that number after each sentence")]
    [InlineData(CitationStyle.None, "Everybody has 27 days. Ask in time [3].", 0, "Name no sources")]
    public async Task An_answer_names_its_sources_in_the_style_of_its_agent(CitationStyle style, string answer, int citations, string rule)
    {
        RecordingTool look = new("look", act: (_, scope, _) => Task.FromResult(ToolOutcome.Of("[1] 27 days", citations: [scope.Numbers.Number(AgentLoopTests.Cited(0))])));
        var chat = Deciding(Call("look", new { text = "leave" }), new TextContent(Written));
        await using var rig = await AgentsRig.StartAsync(chat, tools: [look, new RecordingTool("send")]);
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Knowledge = new(Citations: style) });
        var events = await rig.EventsAsync(run);
        Assert.Equal(answer, events[^1].Read<TextData>().Text);
        Assert.Equal(answer, string.Concat(events.Skip(events.FindLastIndex(e => e.Name == "message.reset") + 1).Where(e => e.Name == "message.delta").Select(e => e.Read<TextData>().Text)));
        Assert.Equal(citations, (await rig.AnswerAsync(run)).Citations.Count);
        Assert.Contains(rule, chat.Requests.First()[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quotation_is_one_line_of_plain_text_whatever_the_document_holds()
    {
        var cited = AgentLoopTests.Cited(1) with { Quote = $"A *bold*\n# claim ![x](http://evil) <b> {new string('é', 400)}", DocumentName = "a_b.txt" };
        var text = CitedAnswer.Of("So [1].", CitationStyle.Quoted, [cited]).Text;
        Assert.StartsWith("So [1].\n\n> “A \\*bold\\* \\# claim !\\[x\\](http://evil) \\<b\\> éé", text, StringComparison.Ordinal);
        Assert.EndsWith("é…” — a\\_b.txt [1]", text, StringComparison.Ordinal);
        Assert.True(text.Length < 330);
    }

    [Fact]
    public void Numbers_that_stand_for_nothing_stay_as_they_were_written() =>
        Assert.Equal(new CitedAnswer("See [7].", []).Text, CitedAnswer.Of("See [7].", CitationStyle.None, [AgentLoopTests.Cited(1)]).Text);
}
