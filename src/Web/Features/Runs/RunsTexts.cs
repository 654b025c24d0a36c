namespace Platform.Web.Features.Runs;

/// <summary>Marks the texts of runs.</summary>
public sealed class RunsTexts;
