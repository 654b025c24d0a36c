using System.Globalization;

namespace Platform.ModelHost.Engine.Generation;

/// <summary>Refuses a request whose settings are out of range, before it costs anything.</summary>
internal static class RequestCheck
{
    private const int MostStops = 16, LongestStop = 256, MostPenaltyWindow = 4_096;

    /// <exception cref="EngineException">Kind BadRequest with the field at fault.</exception>
    internal static void Check(GenerationRequest request)
    {
        var sampling = request.Sampling;
        if (request.Messages is null == request.Prompt is null) { throw Refuse("messages", "Give either messages or a prompt, not both and not neither."); }
        if (request.MaxTokens is < 1) { throw Refuse("max_tokens", $"max_tokens is {request.MaxTokens}; it must be 1 or more."); }
        Range("temperature", sampling.Temperature, 0, 2);
        Range("top_p", sampling.TopP, 0, 1);
        Range("min_p", sampling.MinP, 0, 1);
        Range("top_k", sampling.TopK, 0, 1_000_000);
        Range("repeat_penalty", sampling.RepeatPenalty, 0.1f, 10);
        Range("presence_penalty", sampling.PresencePenalty, -2, 2);
        Range("frequency_penalty", sampling.FrequencyPenalty, -2, 2);
        Range("penalty_window", sampling.PenaltyWindow, 0, MostPenaltyWindow);
        if (request.Stop.Count > MostStops) { throw Refuse("stop", $"There are {request.Stop.Count} stop texts; {MostStops} is the most."); }
        foreach (var stop in request.Stop)
        {
            if (stop.Length is 0 or > LongestStop) { throw Refuse("stop", $"A stop text has {stop.Length} characters; it must have 1 to {LongestStop}."); }
        }
    }

    private static void Range(string field, float value, float least, float most)
    {
        if (!(value >= least && value <= most)) // NaN too
        {
            throw Refuse(field, string.Create(CultureInfo.InvariantCulture, $"{field} is {value}; it must be {least} to {most}."));
        }
    }

    private static EngineException Refuse(string field, string message) => new(EngineErrorKind.BadRequest, message) { Parameter = field };
}
