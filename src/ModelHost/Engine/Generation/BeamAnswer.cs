using System.Runtime.InteropServices;
using Platform.ModelHost.Engine.Generation.Memory;
using Platform.ModelHost.Engine.Generation.Sampling;
using Platform.ModelHost.Engine.Tokens;

namespace Platform.ModelHost.Engine.Generation;

/// <summary>Follows the likeliest answers at once and gives the best of them when none that is still open can beat them. All begin with the prompt's memory, which costs nothing to share.</summary>
internal sealed class BeamAnswer(GenerationTicket ticket, DecodingContext decoding, HeldSequence sequence, long now) : RunningAnswer(ticket, decoding, sequence, now)
{
    private readonly BeamOptions options = ticket.Plan.Request.Beam!;
    private readonly int mostTokens = MostTokens(ticket.Plan.Prompt.Length, ticket.Plan.Request.Beam!, ticket.Plan.MaxTokens, decoding.ContextTokens);
    private readonly List<Beam> open = [];
    private readonly List<Hypothesis> closed = [];
    private readonly (int Token, float Bias)[] bias = TokenSampler.Bias(ticket.Plan.Request, decoding.Tokenizer);
    private int promptRow = -1;

    internal override bool HasRows => promptRow >= 0 || (open.Count > 0 && open[0].Row >= 0);

    /// <summary>Of the beam that is longest; what was given up is not counted.</summary>
    internal override int Generated => open.Count > 0 ? open[0].Tokens.Count : closed.Count > 0 ? closed.Max(c => c.Tokens.Count) : 0;

    /// <summary>Tokens that each answer may have, so that all together fit the context.</summary>
    internal static int MostTokens(int prompt, BeamOptions beam, int asked, int context) => Math.Min(asked, (context - prompt) / beam.Width);

    internal override void AddNext(bool mayGuess)
    {
        foreach (var beam in open) { beam.Row = Add(beam.Sequence, beam.Tokens[^1], logits: true); }
    }

    internal override void Release(long now, bool isSound)
    {
        foreach (var beam in open) { Decoding.Prefixes.Drop(beam.Sequence); }
        open.Clear();
        base.Release(now, isSound);
    }

    public override void Dispose() => closed.Clear();

    protected override void PromptEndsAt(int row) => promptRow = row;

    protected override bool Continue(long now)
    {
        var next = new List<Extension>();
        if (promptRow >= 0) { Extend(null, promptRow, next); }
        foreach (var beam in open)
        {
            Extend(beam, beam.Row, next);
            beam.Row = -1;
        }
        promptRow = -1;
        Choose(next);
        if (open.Count > 0 && !IsDecided()) { return false; }
        Finish(now);
        return true;
    }

    /// <summary>The likeliest ways to go on after a row; twice the width, since any of them may end its answer.</summary>
    private void Extend(Beam? beam, int row, List<Extension> next)
    {
        var logits = Decoding.Native.Logits(row);
        foreach (var (token, add) in bias) { logits[token] += add; }
        if (Ticket.Plan.Request.Sampling.NoRepeatNgram is > 0 and var length && beam is not null) { RepeatedNgrams.Forbid(CollectionsMarshal.AsSpan(beam.Tokens), length, logits); }
        Decoding.LogProbabilities.Take(logits);
        Span<int> best = stackalloc int[2 * options.Width];
        Decoding.LogProbabilities.Best(best);
        foreach (var token in best)
        {
            if (Decoding.LogProbabilities.Values[token] is > float.NegativeInfinity and var probability) { next.Add(new Extension(beam, token, (beam?.Sum ?? 0) + probability)); }
        }
    }

    private void Choose(List<Extension> next)
    {
        next.Sort((a, b) => b.Sum.CompareTo(a.Sum));
        var chosen = new List<Extension>(options.Width);
        for (var i = 0; i < next.Count && chosen.Count < options.Width; i++)
        {
            var (beam, token, sum) = next[i];
            if (Decoding.Tokenizer.EndsText(token))
            {
                if (i < options.Width) { Close(beam?.Tokens ?? [], sum, FinishReason.EndOfText, 1); }
                continue;
            }
            List<int> tokens = [.. beam?.Tokens ?? [], token];
            if (StopIn(tokens)) { Close(tokens, sum, FinishReason.StopText, 0); } else { chosen.Add(next[i]); }
        }
        var grown = Grow(chosen);
        open.Clear();
        open.AddRange(grown);
    }

    /// <summary>The first that goes on from an answer takes its memory over, the others copy it; what nobody goes on from is dropped first.</summary>
    private List<Beam> Grow(List<Extension> chosen)
    {
        foreach (var beam in open.Where(b => !chosen.Exists(c => c.From == b))) { Decoding.Prefixes.Drop(beam.Sequence); }
        var taken = new HashSet<Beam>();
        var grown = new List<Beam>(chosen.Count);
        foreach (var (from, token, sum) in chosen)
        {
            var sequence = from?.Sequence;
            if (from is null || !taken.Add(from))
            {
                sequence = Decoding.Prefixes.Take(Sequence.AdapterKey, share: false);
                Decoding.Prefixes.CopyTo(from?.Sequence ?? Sequence, sequence);
            }
            grown.Add(new Beam(sequence!, [.. from?.Tokens ?? [], token], sum));
        }
        return grown;
    }

    /// <summary>True when no open answer can become better than the best that are closed, or there is no room to go on.</summary>
    private bool IsDecided()
    {
        if (open[0].Tokens.Count >= mostTokens)
        {
            foreach (var beam in open) { Close(beam.Tokens, beam.Sum, mostTokens == Ticket.Plan.MaxTokens ? FinishReason.MaxTokens : FinishReason.ContextFull, 0); }
            return true;
        }
        // Only a sum falls as an answer grows; a length penalty above 0 can still lift it, at most to that of the longest answer.
        var longest = options.LengthPenalty > 0 ? mostTokens : open[0].Tokens.Count;
        return closed.Count >= options.Best && closed.OrderByDescending(c => c.Score).ElementAt(options.Best - 1).Score >= open.Max(b => Score(b.Sum, longest));
    }

    private void Close(List<int> tokens, double sum, FinishReason reason, int ending) => closed.Add(new Hypothesis(tokens, Score(sum, tokens.Count + ending), reason));

    private double Score(double sum, int length) => sum / Math.Pow(Math.Max(1, length), options.LengthPenalty);

    private void Finish(long now)
    {
        if (closed.Count == 0) { throw TokenSampler.NoNumbers(); }
        var events = new List<GenerationEvent>();
        var candidate = 0;
        foreach (var best in closed.OrderByDescending(c => c.Score).Take(options.Best))
        {
            var stop = new StopRule(Ticket.Plan.Request.Stop);
            var text = Text(best.Tokens);
            text = stop.Append(text) + (stop.Stopped is null ? stop.Finish() : "");
            if (text.Length > 0) { events.Add(new GeneratedText(text) { Candidate = candidate }); }
            events.Add(new GenerationFinished(best.Reason, Usage(best.Tokens.Count, 0, now)) { Candidate = candidate++, Ran = Decoding.Run with { Adapters = Ticket.Plan.Adapters.Runs }, StopText = stop.Stopped, Score = best.Score });
        }
        Ticket.Finish(events);
    }

    private bool StopIn(List<int> tokens) => Ticket.Plan.Request.Stop.Count > 0 && Text(tokens) is var text && Ticket.Plan.Request.Stop.Any(s => text.Contains(s, StringComparison.Ordinal));

    private string Text(List<int> tokens)
    {
        var decoder = new Utf8TokenDecoder();
        return string.Concat(tokens.Select(t => decoder.Append(Decoding.Tokenizer.Piece(t, Ticket.Plan.Request.ShowControlTokens))));
    }

    /// <summary>An answer that is still open; its last token has not run yet.</summary>
    private sealed class Beam(HeldSequence sequence, List<int> tokens, double sum)
    {
        internal HeldSequence Sequence { get; } = sequence;

        internal List<int> Tokens { get; } = tokens;

        internal double Sum { get; } = sum;

        internal int Row { get; set; } = -1;
    }

    private readonly record struct Extension(Beam? From, int Token, double Sum);

    private readonly record struct Hypothesis(List<int> Tokens, double Score, FinishReason Reason);
}
