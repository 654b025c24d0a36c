using System.Security.Cryptography;
using System.Text;

namespace Platform.Training.Datasets.Curation;

/// <summary>Where a row comes from, as it is stored: a source, and of a document the sections that the row says something of.</summary>
/// <param name="Source">A document, a conversation, or the row itself where it stands alone.</param>
/// <param name="Parts">Sections, each by a name that no other source has; none where they are not known, or the source has none.</param>
internal sealed record RowPlace(string Source, IReadOnlyList<string> Parts)
{
    private const string Mark = "document:";
    private const char PartMark = '/', Joint = '+';
    private const int HashCharacters = 12;

    /// <summary>Reads what <see cref="OfDocument"/> wrote, or any other origin, which is a source in one piece.</summary>
    public static RowPlace Of(string origin) => origin.IndexOf(PartMark, StringComparison.Ordinal) is > 0 and var mark && IsDocument(origin.AsSpan(0, mark))
        ? new(origin[..mark], [.. origin[(mark + 1)..].Split(Joint).Select(part => $"{origin[..mark]}{PartMark}{part}")])
        : new(origin, []);

    /// <summary>What rows of a document are held together by: of the same sections, of the document.</summary>
    /// <param name="sections">By what they are called, or by what else tells them apart inside the document; none for rows of the whole document.</param>
    public static string OfDocument(Guid document, params IEnumerable<string> sections)
    {
        var parts = string.Join(Joint, sections.Select(section => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(section)))[..HashCharacters]).Distinct());
        return $"{Mark}{document:N}{(parts.Length > 0 ? PartMark : "")}{parts}";
    }

    private static bool IsDocument(ReadOnlySpan<char> source) => source.StartsWith(Mark, StringComparison.Ordinal) && Guid.TryParseExact(source[Mark.Length..], "N", out _);
}
