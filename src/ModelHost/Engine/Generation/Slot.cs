using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Generation;

/// <summary>One sequence of the context: what its memory holds, and the request that uses it, if any. Touched by the loop's thread only.</summary>
internal sealed class Slot(int sequence, Tokenizer tokenizer)
{
    private SafeLlamaSamplerHandle? sampler;
    private Utf8TokenDecoder decoder = new();
    private StopRule stop = new([]);
    private byte[] piece = new byte[64];
    private long admittedAt, firstTokenAt;
    private int cached, generated, lastToken;

    internal int Sequence { get; } = sequence;

    /// <summary>The tokens whose state the native memory holds, in order. Kept after a request for the next one that begins alike.</summary>
    internal List<int> Memory { get; } = [];

    internal GenerationTicket? Ticket { get; private set; }

    /// <summary>When its last request ended; the slot that waited longest is overwritten first.</summary>
    internal long FreeSince { get; private set; }

    /// <summary>Row of the next logits in the batch that is being run; -1 when it has none.</summary>
    internal int Row { get; set; } = -1;

    internal bool IsFree => Ticket is null;

    internal bool ReadsPrompt => Ticket is { } t && Memory.Count < t.Prompt.Length;

    /// <summary>The token to run next while it generates.</summary>
    internal int LastToken => lastToken;

    internal int SharedPrefix(int[] prompt)
    {
        var most = Math.Min(Memory.Count, prompt.Length - 1); // the last token always runs: its logits are needed
        var shared = 0;
        while (shared < most && Memory[shared] == prompt[shared]) { shared++; }
        return shared;
    }

    internal void Begin(GenerationTicket ticket, int kept, long now)
    {
        (Ticket, cached, generated, admittedAt, firstTokenAt, Row) = (ticket, kept, 0, now, 0, -1);
        decoder = new Utf8TokenDecoder();
        stop = new StopRule(ticket.Stops);
        sampler = SafeLlamaSamplerHandle.Create(ticket.Sampler);
        if (ticket.Sampler.Penalises)
        {
            foreach (var token in ticket.Prompt.TakeLast(ticket.Sampler.PenaltyWindow)) { sampler.Accept(token); }
        }
    }

    internal void TellProgress() => Ticket?.Tell(new PromptProgress(Memory.Count, Ticket.Prompt.Length, cached));

    /// <summary>Samples after the batch ran and sends what may be shown.</summary>
    /// <returns>Why the answer ends here, or null.</returns>
    internal FinishReason? Advance(SafeLlamaContextHandle context, int contextTokens, long now)
    {
        var ticket = Ticket!;
        lastToken = sampler!.Sample(context, Row);
        if (firstTokenAt == 0) { firstTokenAt = now; }
        if (tokenizer.EndsText(lastToken)) { return FinishReason.EndOfText; }
        generated++;
        ticket.Send(stop.Append(decoder.Append(tokenizer.Piece(lastToken, ref piece))));
        return stop.Stopped ? FinishReason.StopText
            : generated >= ticket.MaxTokens ? FinishReason.MaxTokens
            : Memory.Count >= contextTokens ? FinishReason.ContextFull
            : null;
    }

    internal void Finish(FinishReason reason, TimeProvider time, long now)
    {
        var ticket = Release(now);
        if (reason != FinishReason.StopText) { ticket.Send(stop.Finish()); }
        ticket.Finish(new GenerationFinished(reason, new GenerationUsage(
            ticket.Prompt.Length, cached, generated, time.GetElapsedTime(ticket.EnqueuedAt, admittedAt), time.GetElapsedTime(admittedAt, firstTokenAt), time.GetElapsedTime(firstTokenAt, now), ticket.Sampler.Seed)));
    }

    /// <summary>Frees the slot; what its memory holds stays.</summary>
    internal GenerationTicket Release(long now)
    {
        var ticket = Ticket ?? throw new InvalidOperationException("A free slot was released. This is a bug.");
        sampler?.Dispose();
        (Ticket, sampler, FreeSince, Row) = (null, null, now, -1);
        return ticket;
    }

    internal TimeSpan ServiceTime(TimeProvider time, long now) => time.GetElapsedTime(admittedAt, now);
}
