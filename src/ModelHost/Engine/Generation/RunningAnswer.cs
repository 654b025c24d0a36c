using Platform.ModelHost.Engine.Generation.Memory;

namespace Platform.ModelHost.Engine.Generation;

/// <summary>An answer that holds a slot: it reads its prompt, then writes. The loop's thread only.</summary>
internal abstract class RunningAnswer(GenerationTicket ticket, DecodingContext decoding, HeldSequence sequence, long beganAt) : IDisposable
{
    private readonly long beganAt = beganAt;
    private long firstTokenAt;

    internal GenerationTicket Ticket { get; } = ticket;

    /// <summary>The slot that it holds.</summary>
    internal int Slot { get; set; }

    /// <summary>Tokens of the prompt that did not have to be read.</summary>
    internal int Cached { get; } = sequence.Tokens.Count;

    internal bool ReadsPrompt => Sequence.Tokens.Count < Prompt.Length && firstTokenAt == 0;

    /// <summary>When it last was in a batch.</summary>
    internal long LastRan { get; set; } = beganAt;

    /// <summary>True when the batch that is being run has logits for it.</summary>
    internal abstract bool HasRows { get; }

    protected DecodingContext Decoding { get; } = decoding;

    protected HeldSequence Sequence { get; } = sequence;

    protected int[] Prompt => Ticket.Plan.Prompt;

    /// <summary>Tokens written so far.</summary>
    internal abstract int Generated { get; }

    /// <summary>True when every row of the prompt is wanted, and not its last alone.</summary>
    internal virtual bool TellsPrompt => false;

    /// <summary>Adds as much of the prompt as the batch takes.</summary>
    /// <param name="most">Most tokens.</param>
    /// <returns>How many tokens that was.</returns>
    internal int AddPrompt(int most)
    {
        var (batch, before) = (Decoding.Batch, Sequence.Tokens.Count);
        while (Sequence.Tokens.Count < Prompt.Length && batch.Count < batch.Capacity && Sequence.Tokens.Count - before < most)
        {
            var place = Sequence.Tokens.Count;
            var row = Add(Sequence, Prompt[place], logits: TellsPrompt || place == Prompt.Length - 1);
            if (TellsPrompt) { PromptRow(place, row); }
            if (place == Prompt.Length - 1) { PromptEndsAt(row); }
        }
        Ticket.Tell(new PromptProgress(Sequence.Tokens.Count, Prompt.Length, Cached));
        return Sequence.Tokens.Count - before;
    }

    /// <summary>Adds what comes after the prompt.</summary>
    /// <param name="mayGuess">False when rows are better left to others.</param>
    internal abstract void AddNext(bool mayGuess);

    /// <summary>Takes the batch's results in.</summary>
    /// <returns>True when the answer is over; its last events are sent.</returns>
    internal bool Advance(long now)
    {
        if (firstTokenAt == 0 && Sequence.Tokens.Count >= Prompt.Length)
        {
            firstTokenAt = now;
            Ticket.Plan.PromptIsRead = true;
        }
        return Continue(now);
    }

    /// <summary>Gives back what it holds.</summary>
    /// <param name="now">When.</param>
    /// <param name="isSound">False when the last batch failed, so that nothing of it is to be kept.</param>
    internal virtual void Release(long now, bool isSound)
    {
        Dispose();
        Ticket.Dispose();
        if (isSound) { Decoding.Prefixes.Release(Sequence, now); } else { Decoding.Prefixes.Drop(Sequence); }
    }

    internal TimeSpan ServiceTime(long at) => Decoding.Time.GetElapsedTime(beganAt, at);

    public abstract void Dispose();

    protected abstract void PromptEndsAt(int row);

    /// <summary>The logits after a token of the prompt will stand in a row.</summary>
    protected virtual void PromptRow(int place, int row)
    {
    }

    protected abstract bool Continue(long now);

    protected int Add(HeldSequence sequence, int token, bool logits)
    {
        var row = Decoding.Batch.Add(token, sequence.Tokens.Count, sequence.Id, logits);
        sequence.Tokens.Add(token); // given back as a whole if the batch fails
        return row;
    }

    protected GenerationUsage Usage(int generated, uint seed, long at) => new(
        Prompt.Length, Cached, generated, Decoding.Time.GetElapsedTime(Ticket.EnqueuedAt, beganAt), Decoding.Time.GetElapsedTime(beganAt, firstTokenAt), Decoding.Time.GetElapsedTime(firstTokenAt, at), seed);
}
