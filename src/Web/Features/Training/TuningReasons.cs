using System.Globalization;
using Microsoft.Extensions.Localization;
using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin.Tuning;

namespace Platform.Web.Features.Training;

/// <summary>Why the model service did not do something, in the person's language. Its own words are English; they are shown beside.</summary>
public static class TuningReasons
{
    public static string Reason(this IStringLocalizer<TrainingTexts> texts, ModelHostException refused)
    {
        ArgumentNullException.ThrowIfNull(refused);
        return refused switch
        {
            { Code: null, Kind: ModelHostErrorKind.Unavailable } => texts.Reason("unavailable"),
            { StatusCode: 404 or 501, Code: not ("job_not_found" or "not_found") } => texts.Reason("no_training"),
            _ => texts.Reason(refused.Code),
        };
    }

    /// <summary>Why a job waits. A job of before, or one whose reason is newer than this program, has the service's own sentence.</summary>
    public static string Waiting(this IStringLocalizer<TrainingTexts> texts, TuningJob job)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(job);
        return job.ReasonCode is { } code && texts[$"Waits_{code}", [.. job.ReasonValues]] is { ResourceNotFound: false } known ? known : job.Reason ?? "";
    }

    private const int MostValues = 8; // a text of ours names no more, whatever an event has

    /// <summary>What happened to a job, in the person's language; null where there are no words for it, and the service's own stand.</summary>
    public static string? Said(this IStringLocalizer<TrainingTexts> texts, TuningEvent one)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(one);
        return one.Code is { } code && texts[$"Log_{code}", [.. (one.Values ?? []).Select(InReadersForm), .. Enumerable.Repeat("", MostValues)]] is { ResourceNotFound: false } known ? known.Value : null;
    }

    // The service writes numbers as programs do.
    private static string InReadersForm(string value) =>
        double.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) ? JobFigures.Number(number) : value;

    /// <summary>Whether it does not wait: something is done for it that is no step.</summary>
    public static bool IsPhase(TuningJob job) => job is { ReasonCode: "evaluating" or "comparing" or "exporting" or "measuring" };

    /// <summary>What the service says itself beside that; null where there is no more to it.</summary>
    public static string? Own(TuningJob job) => job is { ReasonCode: "memory" or "base_memory" or "refused" } ? job.Reason : null;

    /// <summary>Why golden questions could not be asked.</summary>
    /// <param name="code">As <see cref="GoldenException"/> has them; whoever else told it may have others.</param>
    public static string Golden(this IStringLocalizer<TrainingTexts> texts, string code)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return texts[$"Golden_{code}"] is { ResourceNotFound: false } known ? known : texts["Golden_other"];
    }

    /// <param name="code">The service's, such as out_of_memory; one without words of its own gets general ones.</param>
    public static string Reason(this IStringLocalizer<TrainingTexts> texts, string? code)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return texts[$"Error_{code}"] is { ResourceNotFound: false } known ? known : texts["Error_other"];
    }
}
