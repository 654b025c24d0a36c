namespace Platform.Web.Features.Knowledge;

/// <summary>Names the texts of the knowledge pages for the localiser.</summary>
public sealed class KnowledgeTexts;
