namespace Platform.Retrieval.Reading.Pdf;

/// <summary>A word and its box, in points from the page's top left.</summary>
internal readonly record struct PdfWord(string Text, float Left, float Top, float Right, float Bottom);

/// <summary>Words on one line, from left to right.</summary>
internal sealed class PdfLine(List<PdfWord> words)
{
    public List<PdfWord> Words { get; } = words;

    public float Left { get; } = words.Min(word => word.Left);
    public float Top { get; } = words.Min(word => word.Top);
    public float Right { get; } = words.Max(word => word.Right);
    public float Bottom { get; } = words.Max(word => word.Bottom);

    public float Height => Bottom - Top;

    public float Middle => (Top + Bottom) / 2;

    public string Text { get; } = string.Join(' ', words.Select(word => word.Text));

    /// <summary>Columns on screen; a Chinese character takes two.</summary>
    public int Columns { get; } = words.Sum(word => JoinedLines.Width(word.Text)) + words.Count - 1;

    public bool Overlaps(PdfLine other) => Left < other.Right && other.Left < Right;
}

/// <summary>A page with its lines in reading order.</summary>
internal sealed record PdfPage(float Width, float Height, List<PdfLine> Lines);
