using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Retrieval.Documents;

namespace Platform.Web.Features.Chat;

/// <summary>Questions to begin with, made from the headings of what the person's own bases hold.</summary>
public sealed partial class QuestionIdeas(DocumentLibrary documents)
{
    private const int Ideas = 4, DocumentsRead = 3, LongestDocument = 400, LongestHeading = 60;

    /// <summary>Up to four; none when the bases hold no document with headings.</summary>
    public async Task<IReadOnlyList<string>> ForAsync(Caller caller, IReadOnlyList<Guid> baseIds, IStringLocalizer texts, CancellationToken cancellation)
    {
        var ideas = new List<Idea>();
        try
        {
            foreach (var baseId in baseIds.Take(3))
            {
                var ready = (await documents.ListAsync(caller, baseId, cancellation)).Where(d => d.State == DocumentState.Ready && d.Passages is > 0 and <= LongestDocument);
                foreach (var document in ready.OrderByDescending(d => d.UpdatedAt).Take(DocumentsRead))
                {
                    var headings = (await documents.PassagesAsync(caller, document.Id, cancellation))
                        .Select(p => Number().Replace(p.Heading.Split(" › ")[^1].Trim(), "")).Where(h => h.Length is > 1 and < LongestHeading && !h.Contains('|', StringComparison.Ordinal)).Distinct().ToList();
                    // From the middle: a first heading is often the title, a last one an imprint.
                    ideas.AddRange(headings.Skip(headings.Count / 3).Take(2).Select(h => new Idea(h, Path.GetFileNameWithoutExtension(document.Name))));
                }
            }
        }
        catch (NotFoundException)
        {
            ideas.Clear(); // a base or document was deleted meanwhile
        }
        // A question reads best in the language of what it asks about; those in the reader's language first.
        var chinese = CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "zh";
        return [.. ideas.DistinctBy(i => i.Heading).OrderByDescending(i => i.IsChinese == chinese).Take(Ideas).Select(i => texts[i.IsChinese ? "Idea_zh" : "Idea_en", i.Heading, i.Document].Value)];
    }

    [GeneratedRegex(@"^(?:\d+(?:\.\d+)*\.?|[一二三四五六七八九十]+、|第[一二三四五六七八九十\d]+[章节条])\s*")]
    private static partial Regex Number();

    private sealed record Idea(string Heading, string Document)
    {
        public bool IsChinese => Heading.Any(c => c is >= '\u4E00' and <= '\u9FFF');
    }
}
