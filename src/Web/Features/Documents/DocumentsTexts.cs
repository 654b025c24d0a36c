namespace Platform.Web.Features.Documents;

/// <summary>Names the texts of the document viewer for the localiser.</summary>
public sealed class DocumentsTexts;
