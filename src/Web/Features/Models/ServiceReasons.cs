using Microsoft.Extensions.Localization;
using Platform.ModelHost.Client;

namespace Platform.Web.Features.Models;

/// <summary>Why the model service did not do something, in the person's language. The service's own words are English and written for programs: they are there for who asks for them.</summary>
public static class ServiceReasons
{
    public static string Reason(this IStringLocalizer<ModelsTexts> texts, ModelHostException refused)
    {
        ArgumentNullException.ThrowIfNull(refused);
        return texts.Reason(refused.Kind is ModelHostErrorKind.Unavailable && refused.Code is null ? nameof(ModelHostErrorKind.Unavailable) : refused.Kind is ModelHostErrorKind.ContextTooLong ? "context_length_exceeded" : refused.Code);
    }

    /// <param name="code">The service's, such as out_of_memory; one without words of its own gets general ones.</param>
    public static string Reason(this IStringLocalizer<ModelsTexts> texts, string? code)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return texts[$"Reason_{code}"] is { ResourceNotFound: false } known ? known : texts["Reason_other"];
    }
}
