using System.Text;
using Platform.Agents.Answering;

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
    public string Text => text.ToString();
    public IReadOnlyList<Citation> Citations => citations;

    public void Write(string more) => text.Append(more);

    public void Cite(Citation citation) => citations.Add(citation);

    /// <summary>As it stands now, for a reader outside the lock.</summary>
    public RunProgress Copy()
    {
        var copy = new RunProgress { Status = Status, Sources = Sources, Usage = Usage, Error = Error };
        copy.text.Append(text);
        copy.citations.AddRange(citations);
        return copy;
    }
}
