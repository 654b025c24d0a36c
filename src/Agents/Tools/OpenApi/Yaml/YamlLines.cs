namespace Platform.Agents.Tools.OpenApi.Yaml;

/// <summary>The lines of a text, and where in it a reader stands. Untrusted.</summary>
internal sealed class YamlLines
{
    private readonly (int Start, int End)[] lines;
    private int at;

    public YamlLines(string text)
    {
        Text = text;
        List<(int, int)> found = [];
        for (var start = 0; start <= text.Length;)
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end;
            found.Add((start, end > start && text[end - 1] == '\r' ? end - 1 : end));
            start = end + 1;
        }
        lines = [.. found];
    }

    public string Text { get; }

    /// <summary>The number of the line, from 1.</summary>
    public int Number => Math.Min(at, lines.Length - 1) + 1;

    public bool IsAtEnd => at >= lines.Length;

    /// <summary>Where the content of the line begins, an offset into the text.</summary>
    public int Start { get; private set; }

    /// <summary>Where the line ends, its comment included.</summary>
    public int End => lines[at].End;

    /// <summary>How far in the content begins.</summary>
    public int Indent => Start - lines[at].Start;

    /// <summary>Goes on to the next line that says something, from this one on. Spaces alone set lines in.</summary>
    public void SkipEmpty()
    {
        for (; at < lines.Length; at++)
        {
            Start = lines[at].Start;
            while (Start < End && Text[Start] == ' ')
                Start++;
            if (Start < End && Text[Start] == '\t' && Text[Start..End].Trim() is [not '#', ..])
                throw new YamlException(Number, "it is set in by a tab; use spaces.");
            if (Start < End && Text[Start] is not ('#' or '\t'))
                return;
        }
    }

    /// <summary>Leaves the line.</summary>
    public void Next() => at++;

    /// <summary>Reads the line as if what stands before this offset were spaces.</summary>
    public void MoveTo(int offset) => Start = offset;

    /// <summary>Goes to the line that holds an offset, after which nothing but a comment may stand in it, and leaves it.</summary>
    public void NextAfter(int offset)
    {
        while (at < lines.Length - 1 && lines[at].End < offset)
            at++;
        var rest = Text[offset..Math.Max(offset, End)];
        if (rest.TrimStart() is { Length: > 0 } more && (more[0] != '#' || rest[0] is not (' ' or '\t')))
            throw new YamlException(Number, $"'{Definitions.Findings.Short(more)}' stands after a value.");
        at++;
    }

    /// <summary>The line as it is, for texts that keep their lines; null at the end.</summary>
    public string? Raw => IsAtEnd ? null : Text[lines[at].Start..lines[at].End];
}
