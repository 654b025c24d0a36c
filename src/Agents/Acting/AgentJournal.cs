using System.Collections.Concurrent;
using Platform.Agents.Answering;
using Platform.Agents.Answering.Citing;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;

namespace Platform.Agents.Acting;

/// <summary>Writes what a run does: each event into the run, and into what the loop knows of its past, which is the same after a restart.</summary>
internal sealed class AgentJournal(LiveRun run, AgentPast past, CitationStyle style)
{
    /// <summary>The status of a run that waits for its turn, and of an answer whose model has others before it.</summary>
    public const string Queued = "queued";

    /// <summary>The status of a run that was taken up again.</summary>
    public const string Resumed = "resumed";

    /// <summary>The status of a run that a process works on, while what it works with is looked up: its model, its tools, what it remembers.</summary>
    public const string Preparing = "preparing";

    /// <summary>The status of a run that a process works on, from its first decision.</summary>
    public const string Writing = "writing";

    /// <summary>The status of a run that waits for a person.</summary>
    public const string Waiting = "requires_action";

    private readonly ConcurrentDictionary<string, (int Prompt, int Completion)> left = [];
    private AnswerMarks? marks;

    public AgentPast Past => past;

    public void Add<T>(string name, T data, Action<RunProgress>? change = null) => run.Exclusively(events =>
    {
        run.Add(name, data, change);
        CatchUp(events);
        return true;
    });

    /// <summary>Looks at the past and adds to it, with nothing in between: a person may change a plan at any time.</summary>
    public T Exclusively<T>(Func<AgentPast, T> act) => run.Exclusively(events =>
    {
        CatchUp(events);
        return act(past);
    });

    public void Status(string status, int value = 0) => Add("run.status", new RunStatusData(status, value), p => p.Status = RunStatus.InProgress);

    /// <summary>Tells once that the run goes on without a part of its agent.</summary>
    public void Away(AgentPart part, string name = "") => Exclusively(past =>
    {
        PartAwayData missing = new(part, name);
        if (!past.IsAway(missing))
            Add("part.away", missing);
        return true;
    });

    /// <summary>Tells more of the answer; its marks come out in the agent's style.</summary>
    public void Text(string text)
    {
        marks ??= Exclusively(past => new AnswerMarks(style, past.Citations, GivenNumbers.Of(run.Question.Question, ComputedNumbers.Of(past, run.Question.Question))));
        Tell(marks.Push(text));
    }

    /// <summary>What of an answer has been told.</summary>
    public string Told => run.Exclusively(_ => run.Progress.Text);

    /// <summary>Whether any of it has.</summary>
    public bool HasText => !string.IsNullOrWhiteSpace(Told);

    /// <summary>Tells what was held back of the answer, which is whole (it could have become a mark), then what stands under it, and its citations, on their pages.</summary>
    public async Task<IReadOnlyList<Citation>> EndTextAsync(CitationPlaces places, CancellationToken cancellation)
    {
        if (marks is null)
            return [];
        Tell(marks.Rest());
        var citations = marks.Citations;
        Tell(CitedAnswer.After(style, citations));
        foreach (var citation in citations)
        {
            var placed = citation.Url is null && citation.Start < citation.End ? await places.PlaceAsync(citation, cancellation) : citation;
            Add("citation.added", placed, p => p.Cite(placed));
        }
        marks = null;
        return citations;
    }

    /// <summary>Keeps what a question took to which no answer is waited for any more, until it is known whether it is given up, or asked again at the next start.</summary>
    public void Leave(string stepId, int promptTokens, int completionTokens) => left[stepId] = (promptTokens, completionTokens);

    /// <summary>Tells that questions to the model were given up, as their time was over or the run ends.</summary>
    public void GiveUp() => Exclusively(past =>
    {
        foreach (var (step, kind) in past.Asked)
        {
            var (read, written) = left.GetValueOrDefault(step);
            Add("step.failed", new StepFailedData(step, kind, "It was given up before its end: its time was over, or the run was ended.") { IsGivenUp = true, PromptTokens = read, CompletionTokens = written });
        }
        return true;
    });

    /// <summary>Takes back what was told of the answer.</summary>
    public void Reset(string reason)
    {
        marks = null;
        if (run.Progress.Text.Length > 0)
            Add("message.reset", new MessageResetData(reason), p => p.Clear());
    }

    /// <summary>Returns when all that was written is in the database. OperationCanceledException where the run is no longer this process's.</summary>
    public Task StoredAsync(CancellationToken cancellation) => run.UntilStoredAsync(cancellation);

    private void Tell(string text)
    {
        if (text.Length > 0)
            Add("message.delta", new TextData(text), p => p.Write(text));
    }

    private void CatchUp(IReadOnlyList<RunEvent> events)
    {
        while (past.Events < events.Count)
            past.Add(events[past.Events]);
    }
}
