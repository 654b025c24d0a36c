using System.Globalization;
using System.Text;

namespace Platform.Retrieval.Tests.Ingest;

/// <summary>Texts that tell of themselves which version they are, in every paragraph.</summary>
internal static class KilledText
{
    public const int Paragraphs = 30;

    public static string Make(string name, int version)
    {
        StringBuilder text = new();
        for (int i = 0; i < Paragraphs; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"Paragraph {i} of {name}, version{version}. ");
            text.AppendJoin(' ', Enumerable.Range(0, 150).Select(word => $"word{(version * 31) + (i * 7) + word}")).Append(".\n\n");
        }

        return text.ToString();
    }

    /// <summary>The version that a piece of such a text names, or null when it names none.</summary>
    public static int? VersionOf(string piece) =>
        piece.Split(' ', '.').FirstOrDefault(word => word.StartsWith("version", StringComparison.Ordinal)) is { } word ? int.Parse(word["version".Length..], CultureInfo.InvariantCulture) : null;
}
