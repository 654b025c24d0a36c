using System.Runtime.InteropServices;
using Platform.ModelHost.Engine.Generation.Guessing;
using Platform.ModelHost.Engine.Generation.Memory;
using Platform.ModelHost.Engine.Generation.Sampling;
using Platform.ModelHost.Engine.Tokens;

namespace Platform.ModelHost.Engine.Generation;

/// <summary>An answer whose tokens are picked one after the other. With guesses a batch holds several of its tokens; each pick is made from the logits of its own row, so that guessing changes the speed and not the answer.</summary>
internal sealed class SampledAnswer : RunningAnswer
{
    private readonly GenerationRequest request;
    private readonly TokenSampler sampler;
    private readonly IGuesser? guesser;
    private readonly GuessPace pace = new();
    private readonly Utf8TokenDecoder decoder = new();
    private readonly StopRule stop;
    private readonly uint seed;
    private readonly int firstTold;
    private readonly int[] guess = new int[GuessPace.Most];
    private readonly List<(int Place, int Row)> promptRows = []; // of the batch that is being run
    private int row = -1, guessed, lastToken, generated;

    internal SampledAnswer(GenerationTicket ticket, DecodingContext decoding, HeldSequence sequence, long now) : base(ticket, decoding, sequence, now)
    {
        request = ticket.Plan.Request;
        stop = new StopRule(request.Stop);
        guesser = ticket.Plan.NewGuesser();
        seed = ticket.Plan.Seed(ticket.Candidate);
        firstTold = request.PromptTokens is null && decoding.Tokenizer.Borders.Begin is { IsAdded: true, Token: { } begin } && Prompt[0] == begin ? 1 : 0; // the mark that we put there is no part of the text
        sampler = new TokenSampler(decoding.Model, decoding.Tokenizer, seed, request, ticket.Rule, decoding.Candidates);
        foreach (var token in Prompt.AsSpan(Math.Max(0, Prompt.Length - sampler.LookBack))) { sampler.AcceptPrompt(token); }
    }

    internal override bool HasRows => row >= 0 || promptRows.Count > 0;

    internal override bool TellsPrompt => request is { TellsPrompt: true, TopLogProbabilities: not null };

    internal override int Generated => generated;

    internal override void AddNext(bool mayGuess)
    {
        row = Add(Sequence, lastToken, logits: true);
        guessed = 0;
        if (guesser is null || !mayGuess) { return; }
        var room = Math.Min(Math.Min(Decoding.ContextTokens - Sequence.Tokens.Count, Ticket.Plan.MaxTokens - generated - 1), Decoding.Batch.Capacity - Decoding.Batch.Count);
        var most = Math.Min(room, pace.Next());
        if (most > 0) { guessed = guesser.Guess(CollectionsMarshal.AsSpan(Sequence.Tokens), guess.AsSpan(0, most)); }
        for (var i = 0; i < guessed; i++) { Add(Sequence, guess[i], logits: true); }
    }

    public override void Dispose()
    {
        sampler.Dispose();
        guesser?.Dispose();
    }

    protected override void PromptEndsAt(int row) => this.row = row;

    protected override void PromptRow(int place, int row) => promptRows.Add((place, row));

    protected override bool Continue(long now)
    {
        TellPrompt();
        if (row < 0) { return false; }
        if (Ticket.Plan.MaxTokens == 0) { return End(FinishReason.MaxTokens, now); }
        var (first, before, right) = (row, Sequence.Tokens.Count - guessed, 0);
        row = -1;
        for (var i = 0; i <= guessed; i++)
        {
            if (Pick(first + i, now) is { } reason)
            {
                Keep(before + i, i);
                return End(reason, now);
            }
            if (i == guessed || lastToken != guess[i]) { break; }
            right++;
        }
        Keep(before + right, right);
        return false;
    }

    /// <summary>Tells how likely the prompt's tokens were that stand after the rows of the batch.</summary>
    private void TellPrompt()
    {
        if (promptRows.Count == 0) { return; }
        var told = new List<TokenLogProbability>(promptRows.Count + 1);
        foreach (var (place, at) in promptRows)
        {
            if (place == 0 && firstTold == 0) { told.Add(Unforetold(Prompt[0])); }
            if (place + 1 == Prompt.Length) { break; }
            if (place + 1 == firstTold)
            {
                told.Add(Unforetold(Prompt[firstTold]));
                continue;
            }
            Decoding.LogProbabilities.Take(Decoding.Native.Logits(at));
            told.Add(Decoding.LogProbabilities.Report(Prompt[place + 1], request.TopLogProbabilities!.Value, Decoding.Tokenizer) with { IsPrompt = true });
        }
        promptRows.Clear();
        Ticket.Send(told);
    }

    private TokenLogProbability Unforetold(int token) => new(token, Decoding.Tokenizer.Piece(token, special: true).ToArray(), float.NaN, []) { IsPrompt = true };

    /// <summary>Picks a token after a row and sends what may be shown.</summary>
    /// <returns>Why the answer ends here, or null.</returns>
    private FinishReason? Pick(int at, long now)
    {
        var logits = Decoding.Native.Logits(at);
        if (request.TopLogProbabilities is not null) { Decoding.LogProbabilities.Take(logits); }
        lastToken = sampler.Sample(logits);
        if (Decoding.Tokenizer.EndsText(lastToken) && !request.IgnoreEndOfText) { return FinishReason.EndOfText; }
        generated++;
        var piece = Decoding.Tokenizer.Piece(lastToken, request.ShowControlTokens);
        var added = generated == 1 && request.Verbatim is not null && piece is [(byte)' ', ..] ? 1 : 0; // many vocabularies put a space before a text, which its passage has not
        var text = stop.Append(decoder.Append(piece[added..]));
        var likeliness = request.TopLogProbabilities is { } top ? Decoding.LogProbabilities.Report(lastToken, top, Decoding.Tokenizer) : null;
        Ticket.Send(text, added > 0 && likeliness is not null ? likeliness with { Bytes = likeliness.Bytes[added..] } : likeliness, request.TellsUsage ? Usage(generated, seed, now) : null);
        return stop.Stopped is not null ? FinishReason.StopText
            : generated >= Ticket.Plan.MaxTokens ? FinishReason.MaxTokens
            : Prompt.Length + generated > Decoding.ContextTokens ? FinishReason.ContextFull
            : null;
    }

    /// <summary>Forgets what was guessed wrongly.</summary>
    private void Keep(int tokens, int right)
    {
        if (guessed == 0) { return; }
        pace.Learn(guessed, right);
        Decoding.Prefixes.Cut(Sequence, tokens);
        guessed = 0;
    }

    private bool End(FinishReason reason, long now)
    {
        if (reason != FinishReason.StopText) { Ticket.Send(stop.Finish()); }
        Ticket.Finish(new GenerationFinished(reason, Usage(generated, seed, now) with { DraftedTokens = pace.Drafted, AcceptedTokens = pace.Accepted })
        {
            Candidate = Ticket.Candidate,
            Ran = Decoding.Run with { Adapters = Ticket.Plan.Adapters.Runs },
            StopText = stop.Stopped,
        });
        return true;
    }
}
