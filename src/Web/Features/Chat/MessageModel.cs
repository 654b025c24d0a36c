using System.Text;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Conversations;
using Platform.Agents.Runs;
using Platform.Agents.Runs.Tracing;

namespace Platform.Web.Features.Chat;

/// <summary>A message as the page shows it: a stored one, or the fold of a run's events so far. Its text is untrusted.</summary>
public sealed class MessageModel
{
    private static readonly RunStatusData Waiting = new("queued", 0);

    private readonly StringBuilder text;
    private readonly List<Citation> citations;

    private MessageModel(Guid id, string role, string text, DateTimeOffset createdAt, Guid? runId, IEnumerable<Citation> citations, IReadOnlyList<Guid> versions)
    {
        Id = id;
        Role = role;
        CreatedAt = createdAt;
        RunId = runId;
        this.text = new StringBuilder(text);
        this.citations = [.. citations];
        Versions = versions;
    }

    /// <summary>A question that is on its way: nothing took it yet.</summary>
    public static MessageModel Sending(string question) => new(Guid.NewGuid(), "user", question, default, null, [], []);

    public Guid Id { get; }

    /// <summary>user or assistant.</summary>
    public string Role { get; }

    public DateTimeOffset CreatedAt { get; }

    public Guid? RunId { get; }

    public string Text => text.ToString();

    /// <summary>All versions of it, itself among them, in the order in which they were made.</summary>
    public IReadOnlyList<Guid> Versions { get; }

    public IReadOnlyList<Citation> Citations => citations;

    /// <summary>What is cited, each stretch with all its numbers: one for each verdict.</summary>
    public IReadOnlyList<IReadOnlyList<Citation>> Cited => [.. citations.GroupBy(citation => citation.Source()).Select(IReadOnlyList<Citation> (same) => [.. same])];

    public IReadOnlyList<SourceRead> Sources { get; private set; } = [];

    public AnswerDone? Usage { get; private set; }

    public ErrorData? Error { get; private set; }

    /// <summary>The failure is the following's, not the run's.</summary>
    public bool BrokenOff { get; private set; }

    /// <summary>How long the search took, milliseconds, once it is known.</summary>
    public double? SearchMs { get; private set; }

    /// <summary>What is going on while it runs.</summary>
    public RunStatusData? Progress { get; private set; }

    /// <summary>The name of the agent that writes it; empty where none does.</summary>
    public string Agent { get; private init; } = "";

    /// <summary>That agent; null for none.</summary>
    public Guid? AgentId { get; private init; }

    /// <summary>What its run did, as far as its events were read: all of it while it runs, nothing of a stored one until <see cref="Show"/>.</summary>
    public RunTrace? Trace { get; private set; }

    /// <summary>Why an agent's answer is less than was asked for.</summary>
    public StopReason? StopReason { get; private set; }

    public bool Running { get; private set; }

    /// <summary>Stopped by a person; what was written stays.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Number of the last event taken in.</summary>
    public int LastSeq { get; private set; }

    /// <summary>Grows with every change, so that a view draws again only then.</summary>
    public int Version { get; private set; }

    public bool IsUser => Role == "user";

    /// <summary>A stored message. One that is still being written starts empty and running: its events, from the first, fill it.</summary>
    public static MessageModel Of(ConversationMessage message) => message.Status is RunStatus.Queued or RunStatus.InProgress or RunStatus.RequiresAction
        ? new(message.Id, message.Role, "", message.CreatedAt, message.RunId, [], message.Versions) { Running = true, Progress = Waiting, Agent = message.Agent, AgentId = message.AgentId, Trace = new() }
        : new(message.Id, message.Role, message.Text, message.CreatedAt, message.RunId, message.Citations, message.Versions)
        {
            Sources = message.Sources,
            Usage = message.Usage,
            Error = message.Error,
            SearchMs = message is { Agent.Length: > 0 } or { Usage.Mode: AnswerMode.Plain } ? null : message.Usage?.Timings.SearchMs, // an agent's searches stand among its steps
            Stopped = message.Status == RunStatus.Cancelled,
            Agent = message.Agent,
            AgentId = message.AgentId,
            StopReason = message.StopReason,
        };

    /// <summary>The stored messages, each as it is shown where that still holds: what is being written, and what has the same end and versions.</summary>
    public static IReadOnlyList<MessageModel> Renewed(IReadOnlyCollection<MessageModel> shown, IEnumerable<ConversationMessage> stored)
    {
        ArgumentNullException.ThrowIfNull(shown);
        return [.. stored.Select(message => shown.FirstOrDefault(s => s.Id == message.Id && !s.BrokenOff && (s.Running || s.Versions.SequenceEqual(message.Versions))) ?? Of(message))];
    }

    /// <summary>The answer of a run that was just started, with the versions that there were before it.</summary>
    /// <param name="agent">The name of the agent that works on it; empty for none.</param>
    public static MessageModel Live(RunInfo run, IReadOnlyList<Guid> before, string agent = "") =>
        new(run.AssistantMessageId, "assistant", "", run.CreatedAt, run.Id, [], [.. before, run.AssistantMessageId]) { Running = true, Progress = Waiting, Agent = agent, AgentId = run.AgentId, Trace = new() };

    /// <summary>A question that was just sent, with the versions that there were before it.</summary>
    public static MessageModel Asked(RunInfo run, string question, IReadOnlyList<Guid> before) =>
        new(run.UserMessageId, "user", question, run.CreatedAt, run.Id, [], [.. before, run.UserMessageId]);

    /// <summary>Takes an event in; one that was taken in before, or an unknown one, changes nothing.</summary>
    public void Apply(RunEvent happened)
    {
        if (happened.Seq <= LastSeq)
        {
            return;
        }
        LastSeq = happened.Seq;
        Version++;
        Trace?.Add(happened);
        switch (happened.Name)
        {
            case "run.status":
                Progress = RunJson.Read<RunStatusData>(happened.Data);
                Stopped |= Progress.Status == "cancelled";
                StopReason = Progress.Reason ?? StopReason;
                break;
            case "retrieval.completed" when RunJson.Read<AnswerSources>(happened.Data) is { CallId: null } read: // an agent's stand with its calls
                Sources = read.Sources;
                SearchMs = read.SearchMs;
                break;
            case "message.delta":
                text.Append(RunJson.Read<TextData>(happened.Data).Text);
                break;
            case "message.reset":
                text.Clear();
                citations.Clear();
                break;
            case "citation.added":
                citations.Add(RunJson.Read<Citation>(happened.Data));
                break;
            case "usage":
                Usage = RunJson.Read<AnswerDone>(happened.Data);
                break;
            case "error":
                Error = RunJson.Read<ErrorData>(happened.Data);
                Running = false;
                break;
            case "done":
                text.Clear().Append(RunJson.Read<TextData>(happened.Data).Text);
                Running = false;
                break;
            default:
                break;
        }
    }

    /// <summary>Shows what a stored message's run did.</summary>
    public void Show(RunTrace trace)
    {
        Trace = trace;
        Version++;
    }

    /// <summary>The following broke off (not the run): shown as a failure until the page is loaded again.</summary>
    public void BreakOff(RunErrorKind kind)
    {
        Error = new ErrorData(kind, "");
        BrokenOff = true;
        Running = false;
        Version++;
    }
}
