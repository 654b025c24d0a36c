using Platform.Retrieval.Reading;

namespace Platform.Web.Features.Documents;

/// <summary>A piece of a document's text as the viewer draws it: a block, or a part of a very long one. Span in characters of the text, End exclusive.</summary>
/// <param name="Label">Name of the page that begins here (a sheet of a workbook), or null.</param>
public readonly record struct TextPart(BlockKind Kind, int Level, int Start, int End, string? Label)
{
    /// <summary>Longest piece, characters: a file of one line must not go to the browser whole.</summary>
    public const int Longest = 4000;

    /// <summary>The pieces of a document in reading order.</summary>
    public static IReadOnlyList<TextPart> Of(ParsedDocument document)
    {
        var parts = new List<TextPart>(document.Blocks.Count);
        var pages = document.Pages.Where(p => p.Label is not null).ToList();
        var page = 0;
        foreach (var block in document.Blocks)
        {
            string? label = null;
            while (page < pages.Count && pages[page].Start <= block.Start)
            {
                label = pages[page++].Label;
            }
            for (var at = block.Start; at < block.End;)
            {
                var end = Cut(document.Text, at, block.End);
                parts.Add(new TextPart(block.Kind, block.Level, at, end, at == block.Start ? label : null));
                at = end;
            }
        }
        return parts;
    }

    // Never between the two halves of a character.
    private static int Cut(string text, int from, int to)
    {
        var end = Math.Min(to, from + Longest);
        return end < to && char.IsHighSurrogate(text[end - 1]) ? end - 1 : end;
    }
}
