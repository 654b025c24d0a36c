using System.Text;
using Platform.Agents.Answering;
using Platform.Agents.Acting;
using Platform.Agents.Runs.Tracing;

namespace Platform.Agents.Runs;

/// <summary>What a run has written into its message so far.</summary>
internal sealed class RunProgress
{
    private readonly StringBuilder text = new();
    private readonly List<Citation> citations = [];
    private readonly WorkClock clock = new();

    public RunStatus Status { get; set; } = RunStatus.Queued;
    public StopReason? StopReason { get; set; }

    /// <summary>How often what the message holds was changed.</summary>
    public int Changes { get; private set; }

    public AnswerSources? Sources
    {
        get;
        set
        {
            field = value;
            Changes++;
        }
    }

    public AnswerDone? Usage
    {
        get;
        set
        {
            field = value;
            Changes++;
        }
    }

    public ErrorData? Error
    {
        get;
        set
        {
            field = value;
            Changes++;
        }
    }

    /// <summary>Time of work up to the last event.</summary>
    public TimeSpan Worked { get; private set; }

    /// <summary>Taken by agents that this run asked.</summary>
    public int TokensOfOthers { get; set; }
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
            else if (happened.Name == "tool.result")
                progress.TokensOfOthers += happened.Read<ToolResultData>().Tokens;
            progress.Happened(happened);
        }
        return progress;
    }

    /// <summary>Brings the time of work up to an event.</summary>
    public void Happened(RunEvent happened)
    {
        if (happened.Name == "run.forked")
            TokensOfOthers = 0; // those of before were another run's
        clock.Take(happened);
        Worked = clock.Worked;
    }

    public void Clear()
    {
        text.Clear();
        citations.Clear();
        Changes++;
    }

    public void Write(string more)
    {
        text.Append(more);
        Changes++;
    }

    public void Cite(Citation citation)
    {
        citations.Add(citation);
        Changes++;
    }

    /// <summary>As it stands now, for a reader outside the lock.</summary>
    public RunProgress Copy()
    {
        var copy = new RunProgress { Status = Status, Sources = Sources, Usage = Usage, Error = Error, StopReason = StopReason, Worked = Worked, TokensOfOthers = TokensOfOthers };
        copy.text.Append(text);
        copy.citations.AddRange(citations);
        copy.Changes = Changes;
        return copy;
    }
}
