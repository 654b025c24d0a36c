using Platform.Agents.Answering.Citing;

namespace Platform.Agents.Tests.Answering;

public sealed class CitationMarksTests
{
    [Theory]
    [InlineData("Leave is 27 days [1].", "Leave is 27 days|{ 1}|.")]
    [InlineData("A [1][2] b", "A|{ 1}|{2}| b")]
    [InlineData("A [1, 3]", "A|{ 1,3}")]
    [InlineData("A [1-3].", "A|{ 1,2,3}|.")]
    [InlineData("年假27天【1】。病假［2］", "年假27天|{1}|。病假|{2}")]
    [InlineData("第一【1，2】第二[2、3]", "第一|{1,2}|第二|{2,3}")]
    [InlineData("Unknown [7] and [0] and [1,9].", "Unknown and and|{ 1}|.")]
    [InlineData("See [the list](x) and [1a] and [] and array[i]", "See [the list](x) and [1a] and [] and array[i]")]
    [InlineData("Open [[1]] and [12", "Open [|{1}|] and [12")]
    [InlineData("[999999999999]", "[999999999999]")]
    [InlineData("  spaces   stay  ", "  spaces   stay  ")]
    public void Marks_are_found_however_the_stream_is_split(string answer, string expected)
    {
        Random random = new(Seed: 42);
        for (var round = 0; round < 200; round++)
        {
            List<string> deltas = [];
            for (var at = 0; at < answer.Length;)
            {
                var length = round == 0 ? answer.Length : Math.Min(random.Next(1, 1 + (round % 9)), answer.Length - at);
                deltas.Add(answer.Substring(at, length));
                at += length;
            }
            Assert.Equal(expected, Parsed(deltas));
        }
    }

    /// <summary>Neighbouring texts joined; marks as { before them, numbers }.</summary>
    private static string Parsed(IEnumerable<string> deltas)
    {
        CitationMarks marks = new(passages: 3);
        List<string> parts = [];
        var textIsLast = false;
        List<AnswerPiece> pieces = [.. deltas.SelectMany(marks.Push)];
        foreach (var piece in pieces.Append(new AnswerPiece(marks.Rest(), [])))
        {
            if (piece.IsMark)
                parts.Add("{" + piece.Text + string.Join(',', piece.Numbers) + "}");
            else if (textIsLast)
                parts[^1] += piece.Text;
            else if (piece.Text.Length > 0)
                parts.Add(piece.Text);
            textIsLast = !piece.IsMark && (textIsLast || piece.Text.Length > 0);
        }
        return string.Join('|', parts);
    }
}
