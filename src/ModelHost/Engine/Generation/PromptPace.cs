namespace Platform.ModelHost.Engine.Generation;

/// <summary>How many tokens of prompts a step reads. While nobody writes, as many as the batch takes: the same request makes the same batches. Beside answers that are being written, as many as a quarter of a second is enough for, or the time that writing takes where that is more: a long prompt slows the others and does not stop them, nor they it.</summary>
internal sealed class PromptPace
{
    private static readonly TimeSpan Beside = TimeSpan.FromMilliseconds(250);

    // Few enough for the slowest processor before anything was measured; fewer than the least gain nothing, for a step reads all weights once whatever it holds.
    private const int First = 32, Least = 8;

    private TimeSpan writing, perToken; // of the last steps that told them; zero before

    /// <summary>Tokens that this step may read.</summary>
    /// <param name="isBesideWriters">Whether an answer of the same step is being written.</param>
    internal int Next(bool isBesideWriters)
    {
        if (!isBesideWriters) { return int.MaxValue; }
        return perToken == TimeSpan.Zero ? First : (int)Math.Clamp((writing > Beside ? writing : Beside) / perToken, Least, int.MaxValue);
    }

    /// <summary>Takes note of what a step took.</summary>
    /// <param name="tokens">Tokens of prompts that it read.</param>
    /// <param name="isBesideWriters">Whether it wrote too.</param>
    /// <param name="took">The whole step.</param>
    internal void Learn(int tokens, bool isBesideWriters, TimeSpan took)
    {
        if (tokens == 0) { writing = took; }
        if (tokens < Least) { return; }
        var reading = isBesideWriters && took > writing ? took - writing : took;
        perToken = reading / tokens;
    }
}
