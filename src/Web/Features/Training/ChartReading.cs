namespace Platform.Web.Features.Training;

/// <summary>What charts beside each other say of one step.</summary>
/// <param name="At">Where it stands along the charts.</param>
/// <param name="Texts">Its numbers, by the charts' own ids.</param>
public sealed record ChartReading(double At, IReadOnlyDictionary<string, string> Texts);
