using Microsoft.Extensions.Logging;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Generation;

/// <summary>The one thread that owns a chat context. Each step: let go of who cancelled, let in who waits, run one batch (a token of every answer, the rest prompts), sample.</summary>
internal sealed class GenerationLoop : IAsyncDisposable
{
    private readonly SafeLlamaContextHandle context;
    private readonly SafeLlamaBatchHandle batch;
    private readonly GenerationQueue queue;
    private readonly Slot[] slots;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int promptTurn;
    private volatile int freeSlots;

    internal GenerationLoop(SafeLlamaContextHandle context, Tokenizer tokenizer, int slotCount, GenerationQueue queue, TimeProvider time, ILogger log)
    {
        (this.context, this.queue, this.time, this.log) = (context, queue, time, log);
        batch = new SafeLlamaBatchHandle(context.BatchTokens);
        slots = [.. Enumerable.Range(0, slotCount).Select(i => new Slot(i, tokenizer))];
        freeSlots = slotCount;
        ContextTokens = context.SequenceTokens;
        new Thread(Run) { IsBackground = true, Name = "generation" }.Start();
    }

    /// <summary>Tokens that one request can have, prompt and answer together.</summary>
    internal int ContextTokens { get; }

    internal int FreeSlots => freeSlots;

    /// <summary>Stops after the running step; requests on their way fail.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var ticket in queue.Close()) { ticket.Fail(Stopping()); }
        await ended.Task;
    }

    private void Run()
    {
        while (queue.WaitForWork())
        {
            while (!queue.IsClosed && Admit()) { StepSafely(); }
        }
        foreach (var slot in slots.Where(s => !s.IsFree)) { slot.Release(queue.Now).Fail(Stopping()); }
        batch.Dispose();
        context.Dispose();
        ended.SetResult();
    }

    /// <summary>Frees the slots of who cancelled and fills free ones.</summary>
    /// <returns>True when there is something to run.</returns>
    private bool Admit()
    {
        foreach (var slot in slots)
        {
            if (slot.Ticket is { Cancelled: true }) { slot.Release(queue.Now).Fail(new OperationCanceledException()); }
        }
        while (slots.Any(s => s.IsFree) && queue.TryTake() is { } ticket)
        {
            BeginSafely(slots.Where(s => s.IsFree).OrderByDescending(s => s.SharedPrefix(ticket.Prompt)).ThenBy(s => s.FreeSince).First(), ticket);
        }
        freeSlots = slots.Count(s => s.IsFree);
        return freeSlots < slots.Length;
    }

    private void BeginSafely(Slot slot, GenerationTicket ticket)
    {
        try
        {
            slot.Begin(ticket, Keep(slot, slot.SharedPrefix(ticket.Prompt)), queue.Now);
        }
        catch (Exception fault) // a request that cannot begin fails alone
        {
            log.LogError(fault, "A request could not begin");
            if (!slot.IsFree) { slot.Release(queue.Now); }
            slot.Memory.Clear(); // whoever begins here next forgets the rest
            ticket.Fail(new EngineException(EngineErrorKind.Failed, $"The model could not begin this answer: {fault.Message} Ask again.", fault));
        }
    }

    /// <summary>Forgets all of a slot's memory after a prefix.</summary>
    /// <returns>How many tokens stayed.</returns>
    private int Keep(Slot slot, int prefix)
    {
        if (!context.ForgetFrom(slot.Sequence, prefix)) // this model's memory goes only as a whole
        {
            prefix = 0;
            context.ForgetFrom(slot.Sequence, 0);
        }
        slot.Memory.RemoveRange(prefix, slot.Memory.Count - prefix);
        return prefix;
    }

    private void StepSafely()
    {
        try
        {
            Step();
        }
        catch (Exception fault) // one bad batch must not end the loop: its requests fail, the next ones are served
        {
            if (log.IsEnabled(LogLevel.Error)) { log.LogError(fault, "A generation step failed; {Requests} requests end with it", slots.Count(s => !s.IsFree)); }
            foreach (var slot in slots.Where(s => !s.IsFree))
            {
                slot.Release(queue.Now).Fail(new EngineException(EngineErrorKind.Failed, $"The model stopped in the middle of this answer: {fault.Message} Ask again.", fault));
                Keep(slot, 0);
            }
        }
    }

    private void Step()
    {
        FillBatch();
        var code = context.Decode(batch);
        if (code != 0) { throw new NativeCallException($"llama_decode returned {code} for a batch of {batch.Count} tokens.", code); }
        var now = queue.Now;
        foreach (var slot in slots.Where(s => s.Row >= 0))
        {
            var end = slot.Advance(context, ContextTokens, now);
            slot.Row = -1;
            if (end is not { } reason) { continue; }
            queue.Served(slot.ServiceTime(time, now));
            slot.Finish(reason, time, now);
        }
    }

    /// <summary>Every answer's next token first, so that a long prompt delays nobody by more than one batch; then prompts, each step beginning with another slot.</summary>
    private void FillBatch()
    {
        batch.Clear();
        foreach (var slot in slots.Where(s => !s.IsFree && !s.ReadsPrompt)) { AddTo(slot, slot.LastToken, last: true); }
        promptTurn++;
        for (var i = 0; i < slots.Length && batch.Count < batch.Capacity; i++)
        {
            var slot = slots[(promptTurn + i) % slots.Length];
            if (!slot.ReadsPrompt) { continue; }
            var prompt = slot.Ticket!.Prompt;
            while (slot.Memory.Count < prompt.Length && batch.Count < batch.Capacity)
            {
                AddTo(slot, prompt[slot.Memory.Count], last: slot.Memory.Count == prompt.Length - 1);
            }
            slot.TellProgress();
        }
    }

    private void AddTo(Slot slot, int token, bool last)
    {
        var row = batch.Add(token, slot.Memory.Count, slot.Sequence, last);
        slot.Memory.Add(token); // taken back as a whole if the batch fails
        if (last) { slot.Row = row; }
    }

    private static EngineException Stopping() => new(EngineErrorKind.Failed, "The model service is stopping. Ask again when it is back.");
}
