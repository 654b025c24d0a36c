using System.Globalization;
using System.Text;

namespace Platform.Retrieval.Ingest;

/// <summary>Makes a name from outside fit to be shown. It is metadata only: no path is ever made from it.</summary>
public static class DocumentName
{
    private const int Longest = 200;

    /// <summary>The last part of a path, without control characters and without marks that turn the writing direction (they make "exe.fdp" look like "pdf.exe").</summary>
    public static string Clean(string fileName)
    {
        string last = (fileName ?? "").Split('/', '\\')[^1];
        StringBuilder name = new();
        foreach (Rune rune in last.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                && rune != Rune.ReplacementChar)
            {
                name.Append(rune.ToString());
            }
        }

        string clean = name.ToString().Trim().Normalize();
        return clean.Length switch
        {
            0 => "document",
            > Longest => Shorten(clean),
            _ => clean,
        };
    }

    /// <summary>By which two names are the same.</summary>
    public static string Key(string name) => name.ToUpperInvariant();

    /// <summary>"plan.pdf" as "plan (2).pdf", with the first number that is free.</summary>
    public static string Another(string name, Func<string, bool> taken)
    {
        string extension = Path.GetExtension(name);
        string stem = name[..^extension.Length];
        for (int number = 2; ; number++)
        {
            string candidate = $"{stem} ({number}){extension}";
            if (!taken(candidate))
            {
                return candidate;
            }
        }
    }

    private static string Shorten(string name)
    {
        string extension = Path.GetExtension(name) is { Length: <= 10 } brief ? brief : "";
        int length = Longest - extension.Length;
        return name[..(char.IsHighSurrogate(name[length - 1]) ? length - 1 : length)] + extension;
    }
}
