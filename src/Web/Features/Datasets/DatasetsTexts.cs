namespace Platform.Web.Features.Datasets;

/// <summary>Names the texts of the datasets' pages for the localiser.</summary>
public sealed class DatasetsTexts;
