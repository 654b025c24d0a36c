using Microsoft.Extensions.Logging;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Generation.Guessing;
using Platform.ModelHost.Engine.Generation.Live;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Generation;

/// <summary>The one thread that owns a chat context. Each step: let go of who cancelled, let in who waits, run one batch (a token of every answer, the rest prompts), pick tokens. Answers of other adapters than the batch's wait for their turn.</summary>
internal sealed class GenerationLoop : IAsyncDisposable
{
    private static readonly TimeSpan AdapterTurn = TimeSpan.FromMilliseconds(200); // longer than a switch costs, shorter than a reader notices
    /// <summary>Answers at once that may still guess ahead; with more a batch is full of work that is surely needed.</summary>
    internal const int MostGuessing = 2;

    /// <summary>Tokens of a prompt whose rows are all wanted that a batch takes: as many rows as one answer's guesses may take.</summary>
    private const int PromptRowsPerStep = GuessPace.Most;

    private const int LeastGuessing = 128;

    /// <summary>Answers at once from which on a prefix that nobody uses is not left in the context.</summary>
    private const int Crowd = 3;

    private readonly DecodingContext decoding;
    private readonly GenerationQueue queue;
    private readonly int slots;
    private readonly ILogger log;
    private readonly SlotBoard board;
    private readonly List<RunningAnswer> running = [];
    private readonly PromptPace pace = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AdapterSet adapters = AdapterSet.Base; // what the context runs with
    private long adaptersSince;
    private int promptTurn;
    private volatile int freeSlots, keptTokens;
    private long steps, generatedTokens, readTokens, cachedTokens;

    internal GenerationLoop(DecodingContext decoding, int slots, GenerationQueue queue, ILogger log)
    {
        (this.decoding, this.slots, this.queue, this.log) = (decoding, slots, queue, log);
        board = new SlotBoard(slots, decoding.Time);
        (freeSlots, ContextTokens, MostBeams) = (slots, decoding.ContextTokens, decoding.Sequences / slots - 1);
        new Thread(Run) { IsBackground = true, Name = "generation" }.Start();
    }

    /// <summary>Tokens that one request can have, prompt and answer together.</summary>
    internal int ContextTokens { get; }

    /// <summary>Answers that a beam search may follow at once, so that every slot can have one.</summary>
    internal int MostBeams { get; }

    internal int FreeSlots => freeSlots;

    internal ModelLoad Load(string modelId) => new(modelId, ContextTokens, board.Slots, queue.Count, Volatile.Read(ref steps), Volatile.Read(ref generatedTokens), Volatile.Read(ref readTokens), Volatile.Read(ref cachedTokens), board.TokensPerSecond, keptTokens);

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
        foreach (var answer in running)
        {
            answer.Ticket.Fail(Stopping());
            answer.Dispose();
            answer.Ticket.Dispose();
        }
        decoding.Dispose();
        adapters.Detach();
        ended.SetResult();
    }

    /// <summary>Frees the slots of who cancelled and fills free ones.</summary>
    /// <returns>True when there is something to run.</returns>
    private bool Admit()
    {
        for (var i = running.Count - 1; i >= 0; i--)
        {
            if (!running[i].Ticket.Cancelled) { continue; }
            running[i].Ticket.Fail(new OperationCanceledException());
            Release(running[i], isSound: true);
        }
        while (running.Count < slots && queue.TryTake() is { } ticket) { BeginSafely(ticket); }
        (freeSlots, keptTokens) = (slots - running.Count, decoding.Prefixes.KeptTokens);
        return running.Count > 0;
    }

    private void BeginSafely(GenerationTicket ticket)
    {
        try
        {
            var now = queue.Now;
            var plan = ticket.Plan;
            var sequence = decoding.Prefixes.Take(plan.Prompt, plan.Adapters.Key, plan.Request is { CachePrompt: true } and not { TellsPrompt: true, TopLogProbabilities: not null });
            cachedTokens += sequence.Tokens.Count;
            try
            {
                RunningAnswer answer = plan.Request.Beam is null ? new SampledAnswer(ticket, decoding, sequence, now) : new BeamAnswer(ticket, decoding, sequence, now);
                running.Add(answer);
                board.Seat(answer);
            }
            catch
            {
                decoding.Prefixes.Drop(sequence);
                throw;
            }
        }
        catch (Exception fault) // a request that cannot begin fails alone
        {
            log.LogError(fault, "A request could not begin");
            queue.Done(ticket.Plan, service: null);
            ticket.Dispose();
            ticket.Fail(fault as EngineException ?? new EngineException(EngineErrorKind.Failed, $"The model could not begin this answer: {fault.Message} Ask again.", fault));
        }
    }

    private void StepSafely()
    {
        try
        {
            Step();
        }
        catch (Exception fault) // one bad batch must not end the loop: its requests fail, the next ones are served
        {
            if (log.IsEnabled(LogLevel.Error)) { log.LogError(fault, "A generation step failed; {Requests} requests end with it", running.Count); }
            foreach (var answer in running.ToArray())
            {
                answer.Ticket.Fail(new EngineException(EngineErrorKind.Failed, $"The model stopped in the middle of this answer: {fault.Message} Ask again.", fault));
                Release(answer, isSound: false);
            }
        }
    }

    private void Step()
    {
        Volatile.Write(ref steps, steps + 1);
        if (running.Count >= Crowd) { decoding.Prefixes.SetOneAside(); }
        ChooseAdapters();
        var began = queue.Now;
        var (read, isBesideWriters) = FillBatch();
        Decode();
        var now = queue.Now;
        pace.Learn(read, isBesideWriters, decoding.Time.GetElapsedTime(began, now));
        for (var i = running.Count - 1; i >= 0; i--)
        {
            if (!running[i].HasRows) { continue; }
            var isOver = AdvanceSafely(running[i], now);
            generatedTokens += board.Update(running[i]);
            if (isOver) { Release(running[i], isSound: true, running[i].ServiceTime(now)); }
        }
    }

    /// <summary>Goes on with the adapters that are set while somebody needs them, unless others have waited for a turn; then it is theirs who waited longest.</summary>
    private void ChooseAdapters()
    {
        var others = running.Where(a => a.Ticket.Plan.Adapters.Key != adapters.Key).MinBy(a => a.LastRan);
        if (others is null || (running.Exists(InBatch) && decoding.Time.GetElapsedTime(adaptersSince) < AdapterTurn)) { return; }
        var next = others.Ticket.Plan.Adapters;
        decoding.Native.SetAdapters(next.Natives);
        next.Attach();
        adapters.Detach();
        (adapters, adaptersSince) = (next, queue.Now);
    }

    private bool InBatch(RunningAnswer answer) => answer.Ticket.Plan.Adapters.Key == adapters.Key;

    /// <summary>Every answer's next token first; then prompts, each step beginning with another one, as far as <see cref="PromptPace"/> lets them.</summary>
    /// <returns>Tokens of prompts, and whether there are others.</returns>
    private (int Read, bool IsBesideWriters) FillBatch()
    {
        decoding.Batch.Clear();
        var now = queue.Now;
        var mayGuess = running.Count(InBatch) <= MostGuessing && decoding.Batch.Capacity >= LeastGuessing;
        foreach (var answer in running)
        {
            if (!InBatch(answer)) { continue; }
            answer.LastRan = now;
            if (!answer.ReadsPrompt) { answer.AddNext(mayGuess); }
        }
        promptTurn++;
        var isBesideWriters = decoding.Batch.Count > 0;
        var (isPromptTold, read, most) = (false, 0, pace.Next(isBesideWriters));
        for (var i = 0; i < running.Count && read < most && decoding.Batch.Count < decoding.Batch.Capacity; i++)
        {
            var answer = running[(promptTurn + i) % running.Count];
            if (!answer.ReadsPrompt || !InBatch(answer)) { continue; }
            if (answer.TellsPrompt && isPromptTold) { continue; } // room is made for the rows of one
            read += answer.AddPrompt(answer.TellsPrompt ? Math.Min(PromptRowsPerStep, most - read) : most - read);
            isPromptTold |= answer.TellsPrompt;
        }
        readTokens += read;
        return (read, isBesideWriters);
    }

    /// <summary>Runs the batch. Where the memory has no room for it, what is kept for prompts to come makes room.</summary>
    private void Decode()
    {
        int code;
        while ((code = decoding.Native.Decode(decoding.Batch)) == 1 && decoding.Prefixes.DropOldest(except: null)) { }
        if (code != 0) { throw new NativeCallException($"llama_decode returned {code} for a batch of {decoding.Batch.Count} tokens.", code); }
    }

    /// <returns>True when the answer is over, be it by a failure of its own.</returns>
    private static bool AdvanceSafely(RunningAnswer answer, long now)
    {
        try
        {
            return answer.Advance(now);
        }
        catch (EngineException fault) // the batch ran; only this answer cannot go on
        {
            answer.Ticket.Fail(fault);
            return true;
        }
    }

    private void Release(RunningAnswer answer, bool isSound, TimeSpan? service = null)
    {
        running.Remove(answer);
        board.Free(answer);
        queue.Done(answer.Ticket.Plan, service);
        answer.Release(queue.Now, isSound);
    }

    private static EngineException Stopping() => new(EngineErrorKind.Failed, "The model service is stopping. Ask again when it is back.");
}
