using System.Text;
using Platform.ModelHost.Engine.Generation.Sampling;

namespace Platform.ModelHost.Engine.Generation;

/// <summary>One candidate of a request on its way: waiting, then running. Written by the loop. Holds the request's adapters until it is disposed: by the queue when it never ran, else by the loop.</summary>
internal sealed class GenerationTicket : IDisposable
{
    private readonly StringBuilder text = new(); // what the reader has not been sent; bounded by the context's length
    private readonly List<GenerationEvent> left = []; // last events that the channel did not take
    private List<TokenLogProbability>? tokens;
    private GenerationUsage? usage;

    internal GenerationTicket(GenerationPlan plan, int candidate, EventOutbox outbox, ITokenRule? rule, long enqueuedAt)
    {
        (Plan, Candidate, Outbox, Rule, EnqueuedAt) = (plan, candidate, outbox, rule, enqueuedAt);
        plan.Adapters.Hold();
    }

    internal GenerationPlan Plan { get; }

    internal int Candidate { get; }

    internal EventOutbox Outbox { get; }

    /// <summary>What the answer must keep to, or null.</summary>
    internal ITokenRule? Rule { get; }

    internal long EnqueuedAt { get; }

    internal bool Cancelled => Outbox.Cancelled;

    /// <summary>Candidates after the first wait until the prompt is read.</summary>
    internal bool MayBegin => Candidate == 0 || Plan.PromptIsRead;

    /// <summary>The place that the reader was told last.</summary>
    internal int ToldPosition { get; set; }

    /// <summary>Tells something that may be left out when the reader lags: position, progress. The first candidate tells for all.</summary>
    internal void Tell(GenerationEvent news)
    {
        if (Candidate == 0) { Outbox.TrySend(news); }
    }

    internal void Send(string more, TokenLogProbability? token = null, GenerationUsage? soFar = null)
    {
        if (token is not null) { (tokens ??= []).Add(token); }
        if (more.Length == 0 && token is null) { return; }
        usage = soFar;
        if (text.Length == 0 && tokens is null && Outbox.TrySend(new GeneratedText(more) { Candidate = Candidate, SoFar = soFar })) { return; }
        text.Append(more);
        Flush();
    }

    /// <summary>Tells tokens of the prompt.</summary>
    internal void Send(IReadOnlyCollection<TokenLogProbability> prompt)
    {
        (tokens ??= []).AddRange(prompt);
        Flush();
    }

    /// <summary>The last events.</summary>
    internal void Finish(params IReadOnlyList<GenerationEvent> last)
    {
        var sent = Flush();
        foreach (var news in last)
        {
            sent = sent && Outbox.TrySend(news);
            if (!sent) { left.Add(news); }
        }
        Outbox.End(this, allSent: sent);
    }

    internal void Fail(Exception fault) => Outbox.Fail(this, fault);

    public void Dispose()
    {
        Rule?.Dispose();
        Plan.Adapters.Release();
    }

    /// <summary>What the channel did not take. Once the ticket is over.</summary>
    internal IEnumerable<GenerationEvent> Unsent()
    {
        if (text.Length > 0 || tokens is not null) { yield return Gathered(); }
        foreach (var news in left) { yield return news; }
    }

    private bool Flush()
    {
        if (text.Length == 0 && tokens is null) { return true; }
        if (!Outbox.HasRoom || !Outbox.TrySend(Gathered())) { return false; }
        text.Clear();
        tokens = null;
        return true;
    }

    private GeneratedText Gathered() => new(text.ToString()) { Candidate = Candidate, Tokens = tokens ?? [], SoFar = usage };
}
