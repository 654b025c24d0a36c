namespace Platform.ModelHost.Engine.Generation.Sampling;

/// <summary>Forbids every token that would repeat a run of n tokens of an answer.</summary>
internal static class RepeatedNgrams
{
    internal static void Forbid(ReadOnlySpan<int> answer, int length, Span<float> logits)
    {
        if (answer.Length < length) { return; }
        var begin = answer[^(length - 1)..];
        var earlier = answer[..^1]; // a run before the one at the end has a token after it
        for (var at = 0; earlier[at..].IndexOf(begin) is >= 0 and var found; at++)
        {
            at += found;
            logits[answer[at + length - 1]] = float.NegativeInfinity;
        }
    }
}
