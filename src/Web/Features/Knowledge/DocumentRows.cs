using Microsoft.Extensions.Localization;
using Platform.Retrieval.Documents;
using Platform.Web.Features.Documents;
using Platform.Web.Layout;

namespace Platform.Web.Features.Knowledge;

/// <summary>By what the documents of a base are ordered.</summary>
public enum DocumentOrder { Name, Newest, Largest, State }

/// <summary>Counts, search and order of a base's documents.</summary>
internal static class DocumentRows
{
    public static bool Working(DocumentInfo document) => document.State is < DocumentState.Ready;

    /// <summary>State as tests and style sheets name it.</summary>
    public static string Name(DocumentState state) => state.ToString().ToLowerInvariant();

    /// <summary>Size, pages or sheets where there are several, passages.</summary>
    public static string Extent(DocumentInfo document, IStringLocalizer<KnowledgeTexts> texts)
    {
        var (size, passages) = (Sizes.Of(document.Bytes), texts.Count("PassageCount", document.Passages));
        return document.Pages > 1
            ? texts[Places.HasSheets(document.MediaType) ? "SubSheets" : "SubPages", size, document.Pages, passages]
            : texts["SubPassages", size, passages];
    }

    public static IReadOnlyList<DocumentInfo> Pick(IEnumerable<DocumentInfo> documents, string containing, DocumentOrder order)
    {
        var found = containing.Trim() is { Length: > 0 } text ? documents.Where(d => d.Name.Contains(text, StringComparison.CurrentCultureIgnoreCase)) : documents;
        return [.. order switch
        {
            DocumentOrder.Newest => found.OrderByDescending(d => d.UpdatedAt),
            DocumentOrder.Largest => found.OrderByDescending(d => d.Bytes),
            DocumentOrder.State => found.OrderBy(Rank).ThenBy(d => d.Name, StringComparer.CurrentCultureIgnoreCase),
            _ => found,
        }];
    }

    // What needs a person first, then what moves, then what rests.
    private static int Rank(DocumentInfo document) => document.State switch
    {
        DocumentState.Failed => 0,
        DocumentState.Ready => 3,
        DocumentState.Cancelled => 2,
        _ => 1,
    };
}
