namespace Platform.Web.Features.Training;

/// <summary>Names the texts of the training pages for the localiser.</summary>
public sealed class TrainingTexts;
