using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Generation.Guessing;
using Platform.ModelHost.Engine.Generation.Sampling;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Generation;

/// <summary>The way of a request to generate: check, template, tokens, queue, events. Everything but the steps themselves runs on the caller's thread.</summary>
internal sealed class Generating(ModelRun run, SafeLlamaModelHandle model, Tokenizer tokenizer, ChatTemplate template, AdapterShelf adapters, GenerationQueue queue, GenerationLoop loop) : IAsyncDisposable
{
    private volatile DraftContext? draft;

    internal ModelLoad Load => loop.Load(run.ModelId);

    internal SafeLlamaModelHandle Model => model;

    /// <summary>What drafts for this model, once it was asked for; set at most once and disposed with this.</summary>
    internal DraftContext? Draft
    {
        get => draft;
        set => draft = value;
    }

    internal async IAsyncEnumerable<GenerationEvent> RunAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        RequestCheck.Check(request, tokenizer.VocabularySize);
        var outbox = new EventOutbox(request.Candidates);
        var ran = await EnqueueAsync(request, outbox, cancellation);
        await using var registration = cancellation.Register(() => queue.Cancel(outbox));
        try
        {
            yield return new GenerationBegun(ran);
            await foreach (var news in outbox.ReadAsync(cancellation)) { yield return news; }
        }
        finally
        {
            queue.Cancel(outbox); // also when the reader just stops reading
        }
    }

    /// <summary>The adapters that may be asked for.</summary>
    internal AdapterShelf Shelf => adapters;

    public async ValueTask DisposeAsync()
    {
        await loop.DisposeAsync();
        await adapters.DisposeAsync();
        draft?.Dispose(); // the loop used it
    }

    private async Task<ModelRun> EnqueueAsync(GenerationRequest request, EventOutbox outbox, CancellationToken cancellation)
    {
        var prompt = Prompt(request);
        if (model.IsRecurrent) { request = request with { Speculation = Speculation.Off }; } // its state cannot go back
        request = request with { Sampling = request.Sampling.Within(loop.ContextTokens) };
        var set = request.AdapterPath is { } path ? await adapters.TakeAsync(path, cancellation)
            : request.Adapters is { Count: > 0 } choices ? await adapters.TakeAsync(choices, request.User, mayTry: true, cancellation) : AdapterSet.Base;
        if (request is { IsBackground: false, Measures: false }) { set.NoteUse(); }
        var tickets = new List<GenerationTicket>(request.Candidates);
        try
        {
            var plan = new GenerationPlan(request, prompt, set, request.Sampling.Seed ?? BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))), draft);
            for (var i = 0; i < request.Candidates; i++) { tickets.Add(new GenerationTicket(plan, i, outbox, Rule(request, prompt.Length), queue.Now)); }
            queue.Enqueue(tickets, loop.FreeSlots);
            return run with { Adapters = set.Runs };
        }
        catch
        {
            foreach (var ticket in tickets) { ticket.Dispose(); }
            throw;
        }
        finally
        {
            set.Release(); // the tickets hold it
        }
    }

    private int[] Prompt(GenerationRequest request)
    {
        var prompt = request.PromptTokens is { } tokens ? Given(tokens)
            : tokenizer.Encode(request.Messages is { } messages ? template.Apply(messages, request.Template) : request.Prompt!, addSpecial: true, parseSpecial: true);
        if (prompt.Length == 0) { throw new EngineException(EngineErrorKind.BadRequest, "The prompt is empty.") { Parameter = "prompt" }; }
        if (prompt.Length >= loop.ContextTokens) { throw TooLong(prompt.Length, "at least one must be left for the answer. Send less, or raise Engine:ContextTokens."); }
        CheckRoom(request, prompt.Length);
        return prompt;
    }

    private int[] Given(IReadOnlyList<int> tokens)
    {
        tokenizer.Check(tokens, "prompt");
        return [.. tokens];
    }

    private ITokenRule? Rule(GenerationRequest request, int prompt) => request.Thinking is { } thinking ? new ThinkingRule(tokenizer, thinking, Form(request, prompt)) : Form(request, prompt);

    private ITokenRule? Form(GenerationRequest request, int prompt) =>
        request.Grammar is { } grammar ? new GrammarRule(tokenizer, grammar)
        : request.Verbatim is { } verbatim ? new VerbatimRule(tokenizer, verbatim, Math.Min(request.MaxTokens ?? int.MaxValue, loop.ContextTokens - prompt + 1))
        : null;

    private void CheckRoom(GenerationRequest request, int prompt)
    {
        if (request.Beam is { Width: var width } beam)
        {
            if (width > loop.MostBeams) { throw new EngineException(EngineErrorKind.BadRequest, $"num_beams is {width}; with this model and Engine:Slots {loop.MostBeams} is the most.") { Parameter = "num_beams" }; }
            if (BeamAnswer.MostTokens(prompt, beam, 1, loop.ContextTokens) < 1) { throw TooLong(prompt, $"{width} beams need at least {width} tokens more. Send less, or search with fewer beams."); }
        }
    }

    private EngineException TooLong(int prompt, string why) => new(EngineErrorKind.ContextTooLong, $"The prompt is {prompt} tokens; '{run.ModelId}' takes {loop.ContextTokens}, and {why}") { PromptTokens = prompt, ContextTokens = loop.ContextTokens };
}
