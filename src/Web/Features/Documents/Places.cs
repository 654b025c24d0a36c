using Microsoft.Extensions.Localization;

namespace Platform.Web.Features.Documents;

/// <summary>Where in a document a passage stands, in words.</summary>
public static class Places
{
    private const string Pdf = "application/pdf", Workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    /// <summary>True for a format whose parts are sheets.</summary>
    public static bool HasSheets(string mediaType) => mediaType == Workbook;

    /// <summary>The page of a document that has pages; else the sheet or the innermost heading; else nothing.</summary>
    public static string Of(string mediaType, int page, string heading, IStringLocalizer<DocumentsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(heading);
        return Page(mediaType, page, texts) is { Length: > 0 } number ? number : heading.Split(" › ")[^1];
    }

    /// <summary>The page of a document that has pages, else nothing: a sheet or a text is not counted in pages, whatever number it bears inside.</summary>
    public static string Page(string mediaType, int page, IStringLocalizer<DocumentsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return mediaType == Pdf ? texts["Page", page] : "";
    }
}
