using System.Diagnostics;

namespace Platform.ModelHost.Engine.Generation;

/// <summary>A request as a span for whoever traces this process, by OpenTelemetry's names for generative models; without a listener nothing is made. It holds counts and names, never what was said.</summary>
internal sealed class GenerationSpan(GenerationRequest request) : IDisposable
{
    /// <summary>What a listener subscribes to.</summary>
    internal const string SourceName = "Platform.ModelHost";

    private static readonly ActivitySource Source = new(SourceName);

    private readonly Activity? activity = Source.StartActivity($"text_completion {request.ModelId}");
    private readonly List<string> reasons = [];
    private int written;

    /// <summary>Takes note of an end.</summary>
    internal void Saw(GenerationEvent news)
    {
        if (activity is null || news is not GenerationFinished end) { return; }
        reasons.Add(end.Reason is FinishReason.EndOfText or FinishReason.StopText ? "stop" : "length");
        written += end.Usage.CompletionTokens;
        activity.SetTag("gen_ai.usage.input_tokens", end.Usage.PromptTokens); // all candidates have the same
    }

    public void Dispose()
    {
        if (activity is null) { return; }
        activity.SetTag("gen_ai.operation.name", "text_completion").SetTag("gen_ai.provider.name", "platform").SetTag("gen_ai.request.model", request.ModelId)
            .SetTag("gen_ai.request.max_tokens", request.MaxTokens).SetTag("gen_ai.request.temperature", request.Sampling.Temperature)
            .SetTag("gen_ai.usage.output_tokens", written).SetTag("gen_ai.response.finish_reasons", reasons.ToArray());
        if (reasons.Count == 0) { activity.SetStatus(ActivityStatusCode.Error, "It was cancelled or failed."); }
        activity.Dispose();
    }
}
