namespace Platform.Web.Features.Schedules;

/// <summary>Marks the texts of schedules.</summary>
public sealed class SchedulesTexts;
