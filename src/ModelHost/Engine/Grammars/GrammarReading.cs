namespace Platform.ModelHost.Engine.Grammars;

/// <summary>A place in a text of a grammar, at the border of any two of its bytes. Null as a state where the text does not fit.</summary>
internal readonly record struct GrammarReading(GrammarState? State)
{
    private const int FirstSurrogate = 0xD800, LastSurrogate = 0xDFFF, Greatest = 0x10FFFF;

    // Of a character whose bytes are not all there: its bits so far, the bytes to come, and the least that needs so many.
    private int Bits { get; init; }

    private int Left { get; init; }

    private int Least { get; init; }

    /// <summary>What stands so far fits, if only with what may follow.</summary>
    internal bool Fits => State is not null;

    /// <summary>No character is begun.</summary>
    internal bool IsWhole => Left == 0;

    /// <summary>The text may end here.</summary>
    internal bool MayEnd => IsWhole && State is { MayEnd: true };

    /// <exception cref="GrammarFault">Too much lies between two characters.</exception>
    internal GrammarReading After(ReadOnlySpan<byte> text)
    {
        var reading = this;
        foreach (var next in text)
        {
            if (!reading.Fits) { break; }
            reading = reading.After(next);
        }
        return reading;
    }

    /// <exception cref="GrammarFault">Too much lies between two characters.</exception>
    internal GrammarReading After(byte next) => Left > 0 ? GoOn(next) : next switch
    {
        < 0x80 => new GrammarReading(State!.After(next)),
        >= 0xC2 and < 0xE0 => Begin(next & 0x1F, 1, 0x80),
        >= 0xE0 and < 0xF0 => Begin(next & 0x0F, 2, 0x800),
        >= 0xF0 and < 0xF5 => Begin(next & 0x07, 3, 0x10000),
        _ => default,
    };

    private GrammarReading GoOn(byte next)
    {
        if ((next & 0xC0) != 0x80) { return default; }
        var bits = (Bits << 6) | (next & 0x3F);
        if (Left > 1) { return Begin(bits, Left - 1, Least); }
        return bits < Least || bits > Greatest || bits is >= FirstSurrogate and <= LastSurrogate ? default : new GrammarReading(State!.After(bits));
    }

    // Whether any character that may still come of it is waited for.
    private GrammarReading Begin(int bits, int left, int least)
    {
        var (first, last) = (Math.Max(bits << (6 * left), least), Math.Min(((bits + 1) << (6 * left)) - 1, Greatest));
        return first > last || (first >= FirstSurrogate && last <= LastSurrogate) || !State!.Expects(first, last) ? default : this with { Bits = bits, Left = left, Least = least };
    }
}
