namespace Platform.ModelHost.Engine.Generation.Sampling;

/// <summary>Top-p that falls with every token of a sentence, since what ends a sentence should be what the model is surest of, and starts anew with the next.</summary>
internal sealed class DecayingTopP(SamplingOptions options)
{
    private float now = options.TopP;

    /// <summary>Top-p of the next token.</summary>
    internal float Now => Math.Max(now, options.TopPFloor);

    internal void Accept(ReadOnlySpan<byte> piece) => now = EndsSentence(piece) ? options.TopP : now * options.TopPDecay;

    /// <summary>True for a token whose text ends with . ! ? a line break, or one of 。！？</summary>
    internal static bool EndsSentence(ReadOnlySpan<byte> piece) =>
        piece is [.., (byte)'.' or (byte)'!' or (byte)'?' or (byte)'\n'] || piece.EndsWith("。"u8) || piece.EndsWith("！"u8) || piece.EndsWith("？"u8);
}
