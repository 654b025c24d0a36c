namespace Platform.Training;

/// <summary>Numbers by chance that depend only on seed, purpose and place, so that a job that goes on draws what it would have drawn (SplitMix64).</summary>
internal struct RandomStream
{
    private const ulong Step = 0x9E3779B97F4A7C15;
    private ulong state;

    private RandomStream(ulong state) => this.state = state;

    /// <param name="seed">The job's.</param>
    /// <param name="purpose">What the numbers are for; streams of different purposes do not touch.</param>
    /// <param name="place">Epoch, step or the like.</param>
    internal static RandomStream At(long seed, Purpose purpose, long place)
    {
        var stream = new RandomStream((ulong)seed);
        stream.state = stream.Next() ^ (ulong)purpose * Step;
        stream.state = stream.Next() ^ (ulong)place;
        stream.Next();
        return stream;
    }

    internal ulong Next()
    {
        state += Step;
        var z = state;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }

    /// <summary>0 to below 1.</summary>
    internal double NextShare() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>0 to below the limit.</summary>
    internal int NextBelow(int limit) => (int)Math.BigMul(Next(), (ulong)limit, out _);

    /// <summary>Each number is fixed: jobs go on with it.</summary>
    internal enum Purpose : ulong
    {
        Weights = 1, Order = 2, Dropout = 3,
    }
}
