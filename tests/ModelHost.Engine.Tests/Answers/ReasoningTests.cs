using System.Text.Json;
using Platform.ModelHost.Engine.Tests.Templates;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Engine.Tokens.Answers;

namespace Platform.ModelHost.Engine.Tests.Answers;

public sealed class ReasoningTests
{
    private static readonly Dictionary<string, JsonElement> NoTools = [];

    [Theory]
    [InlineData("Hello", false, "", "Hello")]
    [InlineData("<think>\nHm, <b>why</b>?\n\n</think>\n\nBecause.", false, "Hm, <b>why</b>?", "Because.")]
    [InlineData("\n<think></think>\nBecause.", false, "", "Because.")]
    [InlineData("Hm.\n</think>\nBecause.", true, "Hm.", "Because.")]
    [InlineData("Hm, and then the tokens ran out ", true, "Hm, and then the tokens ran out", "")]
    [InlineData("<think>never ends </thin", false, "never ends </thin", "")]
    [InlineData("<thinking is hard", false, "", "<thinking is hard")]
    [InlineData("<thi", false, "", "<thi")]
    [InlineData("In HTML <think> is no tag.</think> ok", false, "", "In HTML <think> is no tag.</think> ok")]
    [InlineData("<think>a < b </ think> c</think>  d < e ", false, "a < b </ think> c", "d < e ")]
    [InlineData("", true, "", "")]
    [InlineData("  \n", false, "", "  \n")]
    public void Thinking_is_told_from_saying(string answer, bool startsInside, string reasoning, string content)
    {
        foreach (var size in Reading.Sizes)
        {
            var reading = Reading.Of(new MarkedAnswer(new ReasoningSplitter(ReasoningMarks.Think, startsInside), null, NoTools), answer, size);
            Assert.Equal((reasoning, content), (reading.Reasoning, reading.Content));
        }
    }

    [Theory]
    [InlineData("qwen3", "<think>Hm.</think>\nYes.", "<think>Hm.</think>\nYes.")]
    [InlineData("gpt-oss", "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|> Yes.", "Hm. Yes.")]
    public void Thinking_may_be_left_where_it_stands(string family, string answer, string content)
    {
        var template = new ChatTemplate("m", File.ReadAllText(Path.Combine(GoldenFiles.Folder, "families", family + ".jinja")), SpecialTexts.None, GoldenFiles.Clock.Instance);
        foreach (var size in Reading.Sizes)
        {
            var reading = Reading.Of(template.Answers.Read("", [], keepsThoughts: true), answer, size);
            Assert.Equal(("", content), (reading.Reasoning, reading.Content));
        }
    }

    [Fact]
    public void No_part_of_a_mark_is_ever_shown()
    {
        var answer = "<think>one </th two <</think>three";
        var shown = "";
        var reader = new MarkedAnswer(new ReasoningSplitter(ReasoningMarks.Think, false), null, NoTools);
        foreach (var c in answer)
        {
            shown += string.Concat(reader.Append(c.ToString()).Select(piece => piece is ReasoningPiece r ? r.Text : ((ContentPiece)piece).Text));
            Assert.StartsWith(shown, "one </th two <three", StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("x <think> y", "a<think>\n", true)]
    [InlineData("x <think> y </think>", "a<think>\n\n</think>\n\n", false)]
    [InlineData("{{ '[THINK]' }} [/THINK]", "a[THINK]", true)]
    [InlineData("<|START_THINKING|><|END_THINKING|>", "a<|START_THINKING|>", true)]
    [InlineData("<|channel>thought <channel|>", "a<|channel>thought\n", true)]
    [InlineData(null, "a", false)]
    public void A_prompt_may_have_opened_the_thinking(string? template, string prompt, bool isOpen) => Assert.Equal(isOpen, ReasoningMarks.Of(template).AreOpenIn(prompt));

    [Theory]
    [InlineData("<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Hello <b>", "Hm.", "Hello <b>", "")]
    [InlineData("<|channel|>final<|message|>Only said<|return|>", "", "Only said", "")]
    [InlineData("<|channel|>analysis<|message|>Look it up.<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{\"city\": \"Paris\"}<|call|>", "Look it up.", "", "get_weather {\"city\": \"Paris\"}")]
    [InlineData(" to=functions.now<|channel|>commentary json<|message|>{}<|call|>", "", "", "now {}")]
    [InlineData("<|channel|>commentary<|message|>I will look.<|end|>", "", "I will look.", "")]
    [InlineData("<|channel|>analysis<|message|>cut off", "cut off", "", "")]
    [InlineData("plain text", "", "plain text", "")]
    public void Channels_are_told_apart(string answer, string reasoning, string content, string call)
    {
        foreach (var size in Reading.Sizes)
        {
            var reading = Reading.Of(new HarmonyAnswer(), answer, size);
            Assert.Equal((reasoning, content, call), (reading.Reasoning, reading.Content, string.Join(';', reading.Calls.Select(c => $"{c.Name} {c.Arguments}"))));
        }
    }
}
