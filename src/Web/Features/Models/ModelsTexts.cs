namespace Platform.Web.Features.Models;

/// <summary>Names the texts of the models page for the localiser.</summary>
public sealed class ModelsTexts;
