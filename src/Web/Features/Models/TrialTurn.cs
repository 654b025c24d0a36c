using Platform.ModelHost.Client;

namespace Platform.Web.Features.Models;

/// <summary>Where an answer of a trial is.</summary>
public enum TrialState { Waiting, Answering, Done, Stopped, Failed }

/// <summary>One question to a model on trial and what came of it. Model output is untrusted: it is shown as text, never as markup.</summary>
public sealed class TrialTurn(string question)
{
    public string Question { get; } = question;

    public string Answer { get; internal set; } = "";

    /// <summary>What the model thought before it answered.</summary>
    public string Reasoning { get; internal set; } = "";

    public TrialState State { get; internal set; }

    /// <summary>Place in the queue, 1 is next; null when it does not wait there.</summary>
    public int? QueuePosition { get; internal set; }

    /// <summary>From the question to the first token.</summary>
    public TimeSpan? FirstToken { get; internal set; }

    public double? TokensPerSecond { get; internal set; }

    public long? Tokens { get; internal set; }

    /// <summary>Why it failed.</summary>
    public ModelHostException? Problem { get; internal set; }
}
