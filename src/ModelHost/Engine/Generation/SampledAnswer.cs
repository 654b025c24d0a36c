using Platform.ModelHost.Engine.Generation.Memory;
using Platform.ModelHost.Engine.Generation.Sampling;
using Platform.ModelHost.Engine.Tokens;

namespace Platform.ModelHost.Engine.Generation;

/// <summary>An answer whose tokens are picked one after the other.</summary>
internal sealed class SampledAnswer : RunningAnswer
{
    private readonly GenerationRequest request;
    private readonly TokenSampler sampler;
    private readonly Utf8TokenDecoder decoder = new();
    private readonly StopRule stop;
    private readonly uint seed;
    private int row = -1, lastToken, generated;

    internal SampledAnswer(GenerationTicket ticket, DecodingContext decoding, HeldSequence sequence, long now) : base(ticket, decoding, sequence, now)
    {
        request = ticket.Plan.Request;
        stop = new StopRule(request.Stop);
        var settings = ticket.Plan.Sampler(ticket.Candidate);
        seed = settings.Seed;
        sampler = new TokenSampler(decoding.Model, settings, request.Sampling, ticket.Rule, request.IgnoreEndOfText ? decoding.Tokenizer.EndTokens : [], decoding.Candidates);
        foreach (var token in Prompt.AsSpan(Math.Max(0, Prompt.Length - sampler.LookBack))) { sampler.AcceptPrompt(token); }
    }

    internal override bool HasRows => row >= 0;

    internal override void AddNext(bool mayGuess) => row = Add(Sequence, lastToken, logits: true);

    public override void Dispose() => sampler.Dispose();

    protected override void PromptEndsAt(int row) => this.row = row;

    protected override bool Continue(long now)
    {
        var logits = Decoding.Native.Logits(row);
        row = -1;
        if (request.TopLogProbabilities is not null) { Decoding.LogProbabilities.Take(logits); }
        lastToken = sampler.Sample(logits, Decoding.Tokenizer);
        if (Decoding.Tokenizer.EndsText(lastToken) && !request.IgnoreEndOfText) { return End(FinishReason.EndOfText, now); }
        generated++;
        var text = stop.Append(decoder.Append(Decoding.Tokenizer.Piece(lastToken, request.ShowControlTokens)));
        Ticket.Send(text, request.TopLogProbabilities is { } top ? Decoding.LogProbabilities.Report(lastToken, top, Decoding.Tokenizer) : null);
        return stop.Stopped is not null ? End(FinishReason.StopText, now)
            : generated >= Ticket.Plan.MaxTokens ? End(FinishReason.MaxTokens, now)
            : Sequence.Tokens.Count >= Decoding.ContextTokens && End(FinishReason.ContextFull, now);
    }

    private bool End(FinishReason reason, long now)
    {
        if (reason != FinishReason.StopText) { Ticket.Send(stop.Finish()); }
        Ticket.Finish(new GenerationFinished(reason, Usage(generated, seed, now)) { Candidate = Ticket.Candidate, Ran = Decoding.Run with { Adapters = Ticket.Plan.Adapters.Runs }, StopText = stop.Stopped });
        return true;
    }
}
