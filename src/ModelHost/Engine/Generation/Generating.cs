using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Generation;

/// <summary>The way of a request to generate: check, template, tokens, queue, events. Everything but the steps themselves runs on the caller's thread.</summary>
internal sealed class Generating(string modelId, Tokenizer tokenizer, ChatTemplate template, GenerationQueue queue, GenerationLoop loop) : IAsyncDisposable
{
    internal async IAsyncEnumerable<GenerationEvent> RunAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var ticket = Prepare(request);
        await using var registration = cancellation.Register(() => queue.Cancel(ticket));
        queue.Enqueue(ticket, loop.FreeSlots);
        try
        {
            await foreach (var news in ticket.ReadAsync(cancellation)) { yield return news; }
        }
        finally
        {
            queue.Cancel(ticket); // also when the reader just stops reading
        }
    }

    public ValueTask DisposeAsync() => loop.DisposeAsync();

    private GenerationTicket Prepare(GenerationRequest request)
    {
        RequestCheck.Check(request);
        var text = request.Messages is { } messages ? template.Apply(messages, addGenerationPrompt: true) : request.Prompt!;
        var prompt = tokenizer.Encode(text, addSpecial: true, parseSpecial: true);
        if (prompt.Length == 0) { throw new EngineException(EngineErrorKind.BadRequest, "The prompt is empty.") { Parameter = "prompt" }; }
        if (prompt.Length >= loop.ContextTokens)
        {
            throw new EngineException(EngineErrorKind.ContextTooLong, $"The prompt is {prompt.Length} tokens; '{modelId}' takes {loop.ContextTokens}, and at least one must be left for the answer. Send less, or raise Engine:ContextTokens.")
            {
                PromptTokens = prompt.Length,
                ContextTokens = loop.ContextTokens,
            };
        }
        var s = request.Sampling;
        var seed = s.Seed ?? BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));
        return new GenerationTicket(prompt, request.MaxTokens ?? int.MaxValue, new SamplerSettings(seed, s.Temperature, s.TopK, s.TopP, s.MinP, s.RepeatPenalty, s.FrequencyPenalty, s.PresencePenalty, s.PenaltyWindow), request.Stop, queue.Now);
    }
}
