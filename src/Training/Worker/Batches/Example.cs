namespace Platform.Training.Batches;

/// <summary>One text to learn from. Untrusted until <see cref="Checked"/>.</summary>
/// <param name="Id">What messages call it.</param>
/// <param name="Tokens">At least two.</param>
/// <param name="Weights">As many: how much predicting each token counts, 0 to 100. The first is never predicted.</param>
public sealed record Example(string Id, int[] Tokens, float[] Weights)
{
    private const float MostWeight = 100;

    /// <summary>Places that count.</summary>
    public int Counted => Weights.Skip(1).Count(w => w != 0);

    /// <summary>The sum of the weights that count.</summary>
    public double Weight => Weights.Skip(1).Sum(w => (double)w);

    /// <exception cref="TrainingException">The row is bad; the message names it and what is wrong.</exception>
    public Example Checked(int vocabulary, int mostTokens)
    {
        if (Tokens.Length < 2) { throw Refused($"has {Tokens.Length} tokens; at least 2 are needed, one to predict the other"); }
        if (Tokens.Length > mostTokens + 1) { throw Refused($"has {Tokens.Length} tokens; {mostTokens + 1} fit. Shorten it, or raise sequence_tokens where the model's context allows"); }
        if (Weights.Length != Tokens.Length) { throw Refused($"has {Weights.Length} weights for {Tokens.Length} tokens"); }
        var token = Array.FindIndex(Tokens, t => t < 0 || t >= vocabulary);
        if (token >= 0) { throw Refused($"has the token {Tokens[token]} at {token}; the model has 0 to {vocabulary - 1}"); }
        var weight = Array.FindIndex(Weights, w => !(w >= 0 && w <= MostWeight));
        if (weight >= 0) { throw Refused($"has the weight {Weights[weight]} at {weight}; it must be 0 to {MostWeight}"); }
        return Weight > 0 ? this : throw Refused("has no token that counts");
    }

    private TrainingException Refused(string why) => new(TrainingFault.Data, $"Row '{Id}' {why}.");
}
