using System.Text;
using Platform.Agents.Answering;
using Platform.Agents.Acting;

namespace Platform.Agents.Runs;

/// <summary>What a run has written into its message so far.</summary>
internal sealed class RunProgress
{
    private readonly StringBuilder text = new();
    private readonly List<Citation> citations = [];

    public RunStatus Status { get; set; } = RunStatus.Queued;
    public AnswerSources? Sources { get; set; }
    public AnswerDone? Usage { get; set; }
    public ErrorData? Error { get; set; }
    public StopReason? StopReason { get; set; }
    public string Text => text.ToString();
    public IReadOnlyList<Citation> Citations => citations;

    /// <summary>What the events of a run that is taken up again wrote.</summary>
    public static RunProgress Of(IEnumerable<RunEvent> events)
    {
        RunProgress progress = new();
        foreach (var happened in events)
        {
            if (happened.Name == "message.delta")
                progress.Write(happened.Read<TextData>().Text);
            else if (happened.Name == "message.reset")
                progress.Clear();
        }
        return progress;
    }

    public void Clear()
    {
        text.Clear();
        citations.Clear();
    }

    public void Write(string more) => text.Append(more);

    public void Cite(Citation citation) => citations.Add(citation);

    /// <summary>As it stands now, for a reader outside the lock.</summary>
    public RunProgress Copy()
    {
        var copy = new RunProgress { Status = Status, Sources = Sources, Usage = Usage, Error = Error, StopReason = StopReason };
        copy.text.Append(text);
        copy.citations.AddRange(citations);
        return copy;
    }
}
