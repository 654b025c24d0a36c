using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Generation.Sampling;

/// <summary>What an answer must keep to, token by token. The loop's thread only.</summary>
internal interface ITokenRule : IDisposable
{
    /// <summary>True when picking freely first would be a waste: few tokens are allowed.</summary>
    bool IsNarrow { get; }

    /// <summary>Whether a token may come next.</summary>
    bool Allows(int token);

    /// <summary>Fills the candidates with what may come next.</summary>
    void Narrow(TokenCandidates candidates, ReadOnlySpan<float> logits);

    /// <summary>Takes note of a token that came; it was allowed.</summary>
    void Accept(int token);
}
