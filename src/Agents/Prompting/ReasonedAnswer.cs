using System.Text;
using Platform.Agents.Acting;

namespace Platform.Agents.Prompting;

/// <summary>Keeps a chain of thought apart from the answer while both stream: the answer begins after a line's beginning "Answer:".</summary>
internal sealed class ReasonedAnswer
{
    public const string Mark = "Answer:";

    private static readonly string[] Marks = [Mark, "**Answer:**", "**Answer**:", "答案：", "答案:", "**答案：**", "**答案**：", "**答案:**", "**答案**:"];

    private readonly StringBuilder answer = new();
    private string line = "";
    private bool found;

    /// <summary>The answer so far; null where none has begun: then all that was written is the answer.</summary>
    public string? Answer => found ? answer.ToString().Trim() : null;

    /// <summary>What of the new text, and of what was held back, is which. A line's beginning is held back until it is known.</summary>
    public IEnumerable<ToldText> Push(string more)
    {
        if (found)
            return Answered(more);
        line += more;
        List<ToldText> told = [];
        while (!found)
        {
            var start = line.TrimStart();
            if (Marks.FirstOrDefault(mark => start.StartsWith(mark, StringComparison.OrdinalIgnoreCase)) is { } mark)
            {
                found = true;
                told.AddRange(Answered(start[mark.Length..]));
            }
            else if (line.IndexOf('\n', StringComparison.Ordinal) is var end and >= 0)
            {
                told.Add(new(line[..(end + 1)], IsAnswer: false));
                line = line[(end + 1)..];
            }
            else
            {
                break;
            }
        }
        return told;
    }

    private IEnumerable<ToldText> Answered(string more)
    {
        var shown = answer.Length == 0 ? more.TrimStart() : more;
        answer.Append(shown);
        return shown.Length > 0 ? [new(shown, IsAnswer: true)] : [];
    }
}
