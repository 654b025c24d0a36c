namespace Platform.ModelHost.Client;

/// <summary>How long the service took over one answer, where it says so (llama.cpp and ours do).</summary>
/// <param name="PromptMs">Milliseconds of reading the prompt.</param>
/// <param name="PromptPerSecond">Prompt tokens a second.</param>
/// <param name="PredictedMs">Milliseconds of writing the answer.</param>
/// <param name="PredictedPerSecond">Answer tokens a second.</param>
public sealed record ServedTimings(double PromptMs, double PromptPerSecond, double PredictedMs, double PredictedPerSecond);
