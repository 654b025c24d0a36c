namespace Platform.Retrieval.Reading;

/// <summary>What a reader takes at most from one file, so that a hostile one costs a known amount.</summary>
internal static class ReaderLimits
{
    /// <summary>UTF-16 characters of extracted text: every plain text that is not too long in bytes fits, though between its paragraphs stand two line breaks.</summary>
    public const int Characters = 105_000_000;

    public const int ZipEntries = 2000;

    /// <summary>Bytes of all parts of an Office file, unpacked.</summary>
    public const long ZipBytes = 200L * 1024 * 1024;

    /// <summary>Unpacked over packed size of a part, once it is longer than <see cref="ZipRatioFrom"/>.</summary>
    public const int ZipRatio = 100;

    public const long ZipRatioFrom = 1024 * 1024;

    /// <summary>Elements inside one another, in XML, HTML and JSON.</summary>
    public const int Depth = 256;

    /// <summary>Cells of one workbook or CSV file.</summary>
    public const int Cells = 5_000_000;

    /// <summary>Bytes that the PDF tools may print for one document.</summary>
    public const long PdfOutputBytes = 256L * 1024 * 1024;

    /// <summary>Memory of one PDF tool, KiB.</summary>
    public const long ChildMemoryKiB = 1024 * 1024;
}
