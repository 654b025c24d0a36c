using Microsoft.Extensions.Localization;
using Platform.Agents.Answering;

namespace Platform.Web.Features.Chat;

/// <summary>Where in a document a citation stands, in words.</summary>
internal static class Places
{
    /// <summary>The page of a document that has pages, else the innermost heading, else nothing.</summary>
    public static string Of(Citation citation, IStringLocalizer<ChatTexts> texts) =>
        citation.MediaType == "application/pdf" || citation.Page > 1 ? texts["Page", citation.Page] : citation.Heading.Split(" › ")[^1];
}
