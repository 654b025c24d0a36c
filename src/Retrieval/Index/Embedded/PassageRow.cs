namespace Platform.Retrieval.Index.Embedded;

/// <summary>
/// Row numbers of passages: base, document and ordinal side by side in 63 bits. So a filter by base or document is arithmetic on the row number, inside a full-text
/// query as well as in the vector scan, and a document's passages lie together.
/// </summary>
internal static class PassageRow
{
    private const int OrdinalBits = 19;
    private const int DocumentBits = 24;

    /// <summary>Most passages of one document: 524,288.</summary>
    public const int MaxOrdinals = 1 << OrdinalBits;
    public const long MaxDocuments = 1L << DocumentBits;
    public const long MaxBases = 1L << (63 - DocumentBits - OrdinalBits);

    /// <summary>Shifts of a row number that leave the document part (with its base), and the base part.</summary>
    public const int DocumentShift = OrdinalBits;
    public const int BaseShift = OrdinalBits + DocumentBits;

    /// <summary>The document part: base and document together.</summary>
    public static long Document(long baseKey, long documentKey) => (baseKey << DocumentBits) | documentKey;

    public static long Base(long document) => document >> DocumentBits;

    public static long Key(long document) => document & (MaxDocuments - 1);

    public static long First(long document) => document << DocumentShift;

    public static long Last(long document) => First(document) | (MaxOrdinals - 1);

    public static int Ordinal(long row) => (int)(row & (MaxOrdinals - 1));
}
