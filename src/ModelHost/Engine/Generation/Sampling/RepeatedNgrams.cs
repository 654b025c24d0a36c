namespace Platform.ModelHost.Engine.Generation.Sampling;

/// <summary>Forbids every token that would repeat a run of n tokens of the answer.</summary>
internal sealed class RepeatedNgrams(int length)
{
    private int[] answer = new int[256];
    private int count;

    internal void Accept(int token)
    {
        if (count == answer.Length) { Array.Resize(ref answer, count * 2); }
        answer[count++] = token;
    }

    internal void Forbid(Span<float> logits)
    {
        if (count < length) { return; }
        var begin = answer.AsSpan(count - (length - 1), length - 1);
        var earlier = answer.AsSpan(0, count - 1); // a run before the one at the end has a token after it
        for (var at = 0; earlier[at..].IndexOf(begin) is >= 0 and var found; at++)
        {
            at += found;
            logits[answer[at + length - 1]] = float.NegativeInfinity;
        }
    }
}
