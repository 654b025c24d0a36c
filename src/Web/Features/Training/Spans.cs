using Microsoft.Extensions.Localization;

namespace Platform.Web.Features.Training;

/// <summary>Lengths of time as people read them.</summary>
public static class Spans
{
    /// <summary>12 s, 3 min 5 s, 2 h 10 min</summary>
    public static string Of(TimeSpan span, IStringLocalizer<TrainingTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return span switch
        {
            { TotalSeconds: < 60 } => texts["Seconds", Math.Max(1, (int)Math.Ceiling(span.TotalSeconds))],
            { TotalHours: < 1 } => texts["Minutes", (int)span.TotalMinutes, span.Seconds],
            _ => texts["Hours", (int)span.TotalHours, span.Minutes],
        };
    }
}
