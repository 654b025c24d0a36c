using System.Globalization;
using Microsoft.Extensions.Localization;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Retrieval.Documents;

namespace Platform.Web.Features.Chat;

/// <summary>Questions to begin with, in the words of what the person's own bases hold.</summary>
public sealed class QuestionIdeas(DocumentLibrary documents)
{
    private const int Ideas = 4, BasesRead = 3, DocumentsRead = 4, OfADocument = 2, LongestDocument = 400;

    /// <summary>How many ways there are to ask about a topic: the texts Topic_en_0 and on.</summary>
    private const int Forms = 3;

    /// <summary>Up to four; none when the bases hold nothing that could be asked for by name.</summary>
    public async Task<IReadOnlyList<string>> ForAsync(Caller caller, IReadOnlyList<Guid> baseIds, IStringLocalizer texts, CancellationToken cancellation)
    {
        List<(QuestionIdea Idea, int Rank)> found = [];
        try
        {
            foreach (var baseId in baseIds.Take(BasesRead))
            {
                var ready = (await documents.ListAsync(caller, baseId, cancellation)).Where(d => d.State == DocumentState.Ready && d.Passages is > 0 and <= LongestDocument);
                foreach (var document in ready.OrderByDescending(d => d.UpdatedAt).Take(DocumentsRead))
                {
                    found.AddRange(QuestionIdea.Of(await documents.PassagesAsync(caller, document.Id, cancellation)).Take(OfADocument).Select((idea, rank) => (idea, rank)));
                }
            }
        }
        catch (NotFoundException)
        {
            found.Clear(); // a base or document was deleted meanwhile
        }

        return Worded(found, texts);
    }

    // The reader's language first, then one of each document before a second of any. A topic is asked about in its own language.
    private static IReadOnlyList<string> Worded(IEnumerable<(QuestionIdea Idea, int Rank)> found, IStringLocalizer texts)
    {
        var chinese = CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "zh";
        var chosen = found.DistinctBy(f => f.Idea.Words).OrderByDescending(f => f.Idea.IsChinese == chinese).ThenBy(f => f.Rank).Select(f => f.Idea).Take(Ideas);
        return [.. chosen.Select((idea, place) => idea.IsQuestion ? idea.Words : texts[$"Topic_{(idea.IsChinese ? "zh" : "en")}_{place % Forms}", idea.Words].Value)];
    }
}
