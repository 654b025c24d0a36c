namespace Platform.Training.Graph;

/// <summary>The shape of a graph. Texts are padded to it, so that few graphs serve all.</summary>
/// <param name="Tokens">Of one sequence.</param>
/// <param name="Sequences">Side by side.</param>
/// <param name="Rows">Places whose next token counts, in all sequences together.</param>
public readonly record struct Bucket(int Tokens, int Sequences, int Rows)
{
    private const int Shortest = 32;

    public int AllTokens => Tokens * Sequences;

    /// <summary>The smallest bucket in which texts fit: lengths, rows and sequences are rounded up to few values.</summary>
    /// <param name="longest">Tokens of the longest text.</param>
    public static Bucket For(int longest, int sequences, int rows)
    {
        var tokens = LengthFor(longest);
        var all = tokens * Up(sequences, 1);
        return new Bucket(tokens, all / tokens, all <= Shortest || rows > all / 2 ? all : rows > all / 4 ? all / 2 : all / 4);
    }

    /// <summary>32, 48, 64, 96, 128, 192, 256 …: at most a third of a sequence is padding.</summary>
    public static int LengthFor(int tokens)
    {
        var power = Up(tokens, Shortest);
        return power > Shortest && tokens <= power / 4 * 3 ? power / 4 * 3 : power;
    }

    private static int Up(int number, int least)
    {
        while (least < number) { least *= 2; }
        return least;
    }
}
