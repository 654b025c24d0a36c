using Microsoft.Extensions.AI;

namespace Platform.ModelHost.Client;

/// <summary>Tells a service of ours which requests are asked to measure by and not for their answers: they are nobody's use of an adapter. No other service is told.</summary>
public static class Measuring
{
    /// <summary>Key of AdditionalProperties, and the field of a service of ours.</summary>
    internal const string Key = "measures";

    /// <summary>Says so in a request's options.</summary>
    /// <returns>The same options.</returns>
    public static ChatOptions ToMeasure(this ChatOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (options.AdditionalProperties ??= [])[Key] = true;
        return options;
    }
}
