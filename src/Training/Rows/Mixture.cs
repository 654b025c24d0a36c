namespace Platform.Training.Rows;

/// <summary>A part of a mixture.</summary>
/// <param name="Rows">That it has.</param>
/// <param name="Weight">Its share of the whole, relative to the others' weights; above 0.</param>
/// <param name="MaxRepeats">How often one of its rows may be used: a small part is not learned by heart to make up a ratio.</param>
public sealed record MixturePart(int Rows, double Weight, int MaxRepeats = 1);

/// <summary>How many rows of each part make up a mixture in the wanted ratio.</summary>
public static class Mixture
{
    /// <summary>Rows to take of each part. The ratio holds where caps allow; a part at its cap gives all that it may, and the others share the rest by their weights.</summary>
    /// <param name="total">Rows of the whole; 0 for as many as fit the ratio without any part passing its cap.</param>
    public static int[] Counts(IReadOnlyList<MixturePart> parts, int total = 0)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0)
            return [];
        if (parts.Any(part => !(part.Weight > 0) || part.Rows < 0 || part.MaxRepeats < 1))
            throw new ArgumentException("Each part of a mixture needs a weight above 0, a number of rows of at least 0 and at least one use of a row.", nameof(parts));
        var caps = parts.Select(part => (double)part.Rows * part.MaxRepeats).ToArray();
        var weights = parts.Sum(part => part.Weight);
        double left = total > 0 ? Math.Min(total, caps.Sum()) : parts.Select((part, i) => caps[i] * weights / part.Weight).Min();
        var counts = new double[parts.Count];
        var open = Enumerable.Range(0, parts.Count).ToList();
        while (open.Count > 0)
        {
            var sum = open.Sum(i => parts[i].Weight);
            var full = open.Where(i => left * parts[i].Weight / sum >= caps[i]).ToArray();
            if (full.Length == 0)
            {
                foreach (var i in open) counts[i] = left * parts[i].Weight / sum;
                break;
            }
            foreach (var i in full) counts[i] = caps[i];
            left -= full.Sum(i => caps[i]);
            open.RemoveAll(i => full.Contains(i));
        }
        return Rounded(counts);
    }

    // Largest remainders, so that the sum is that of the whole.
    private static int[] Rounded(double[] counts)
    {
        var rounded = counts.Select(count => (int)Math.Floor(count + 1e-9)).ToArray();
        var missing = (int)Math.Round(counts.Sum()) - rounded.Sum();
        foreach (var i in Enumerable.Range(0, counts.Length).OrderByDescending(i => counts[i] - rounded[i]).Take(missing))
            rounded[i]++;
        return rounded;
    }
}
