using Microsoft.Extensions.Localization;
using Platform.ModelHost.Client;

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

    /// <param name="code">The service's, such as out_of_memory; one without words of its own gets general ones.</param>
    public static string Reason(this IStringLocalizer<TrainingTexts> texts, string? code)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return texts[$"Error_{code}"] is { ResourceNotFound: false } known ? known : texts["Error_other"];
    }
}
