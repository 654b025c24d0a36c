using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Generation.Sampling;

/// <summary>Ends a model's thinking when it has taken its tokens: the mark that closes it is then the only way on, once the character that is being written is whole. What the answer must keep to besides, it keeps to all the same.</summary>
internal sealed class ThinkingRule : ITokenRule
{
    private readonly Tokenizer tokenizer;
    private readonly ThinkingLimit limit;
    private readonly ITokenRule? inner;
    private readonly Utf8TokenDecoder decoder = new();
    private readonly int[] close;
    private string tail = "";
    private State state;
    private int thought, closed;

    /// <param name="tokenizer">The model's.</param>
    /// <param name="limit">Checked.</param>
    /// <param name="inner">What the answer must keep to besides, or null; disposed with this.</param>
    internal ThinkingRule(Tokenizer tokenizer, ThinkingLimit limit, ITokenRule? inner)
    {
        (this.tokenizer, this.limit, this.inner) = (tokenizer, limit, inner);
        close = tokenizer.SpellMark(limit.Close);
        state = limit.IsOpen ? State.Thinking : State.Start;
        MustClose = Closes();
    }

    private enum State { Start, Thinking, Over }

    public bool IsNarrow => MustClose || inner is { IsNarrow: true };

    private bool MustClose { get; set; }

    public bool Allows(int token) => (!MustClose || token == close[closed]) && inner?.Allows(token) != false;

    public void Narrow(TokenCandidates candidates, ReadOnlySpan<float> logits)
    {
        if (MustClose) { candidates.Fill([close[closed]], logits); }
        else if (inner is not null) { inner.Narrow(candidates, logits); }
        else { candidates.Fill(logits); }
    }

    public void Accept(int token)
    {
        inner?.Accept(token);
        Follow(token);
        MustClose = Closes();
    }

    public void Dispose() => inner?.Dispose();

    /// <summary>Whether the closing mark is due and may stand here; once it has begun it is written to its end.</summary>
    private bool Closes() => state == State.Thinking && (closed > 0 || (thought >= limit.Tokens && decoder.IsWhole && inner?.Allows(close[0]) != false));

    private void Follow(int token)
    {
        switch (state)
        {
            case State.Start:
                tail += decoder.Append(tokenizer.Piece(token, special: true));
                var begun = tail.AsSpan().TrimStart();
                if (begun.StartsWith(limit.Open, StringComparison.Ordinal)) { (state, tail) = (State.Thinking, ""); }
                else if (begun.Length > 0 && !limit.Open.AsSpan().StartsWith(begun, StringComparison.Ordinal)) { state = State.Over; } // thinking stands at the start or nowhere
                break;
            case State.Thinking when MustClose:
                if (++closed == close.Length) { state = State.Over; }
                break;
            case State.Thinking:
                thought++;
                tail += decoder.Append(tokenizer.Piece(token, special: true));
                if (tail.Contains(limit.Close, StringComparison.Ordinal)) { state = State.Over; }
                tail = tail[^Math.Min(tail.Length, limit.Close.Length - 1)..];
                break;
        }
    }
}
