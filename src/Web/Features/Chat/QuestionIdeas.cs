using Microsoft.Extensions.Localization;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Retrieval.Documents;

namespace Platform.Web.Features.Chat;

/// <summary>Questions to begin with, made from the headings of what the person's own bases hold.</summary>
public sealed class QuestionIdeas(DocumentLibrary documents)
{
    private const int Ideas = 4, DocumentsRead = 3, LongestDocument = 400, LongestHeading = 60;

    /// <summary>Up to four; none when the bases hold no document with headings.</summary>
    public async Task<IReadOnlyList<string>> ForAsync(Caller caller, IReadOnlyList<Guid> baseIds, IStringLocalizer texts, CancellationToken cancellation)
    {
        var ideas = new List<string>();
        try
        {
            foreach (var baseId in baseIds.Take(3))
            {
                var ready = (await documents.ListAsync(caller, baseId, cancellation)).Where(d => d.State == DocumentState.Ready && d.Passages is > 0 and <= LongestDocument);
                foreach (var document in ready.OrderByDescending(d => d.UpdatedAt).Take(DocumentsRead))
                {
                    var headings = (await documents.PassagesAsync(caller, document.Id, cancellation))
                        .Select(p => p.Heading.Split(" › ")[^1].Trim()).Where(h => h.Length is > 2 and < LongestHeading).Distinct().ToList();
                    // From the middle: a first heading is often the title, a last one an imprint.
                    ideas.AddRange(headings.Skip(headings.Count / 3).Take(2).Select(h => texts["Idea", h, Path.GetFileNameWithoutExtension(document.Name)].Value));
                }
            }
        }
        catch (NotFoundException)
        {
            return ideas; // a base or document was deleted meanwhile
        }
        return [.. ideas.Distinct().Take(Ideas)];
    }
}
