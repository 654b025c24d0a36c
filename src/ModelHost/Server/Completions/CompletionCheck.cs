using Platform.ModelHost.Server.Generating;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Completions;

/// <summary>The refusal step of a completions request.</summary>
internal static class CompletionCheck
{
    public static Problem? Refusal(CompletionRequest request) => GenerationSettings.Refusal(request) ?? request switch
    {
        { Prompt: null or { Count: 0 } } => Problem.Invalid("prompt", "'prompt' is missing or empty."),
        { Prompt.Count: > 1 } => Problem.Unsupported("prompt", $"'prompt' has {request.Prompt.Count} items; send one request for each."),
        { Suffix: { Length: > 0 } } => Problem.Unsupported("suffix", "'suffix' is not supported: the models here write on, not in between."),
        { BestOf: not (null or 1) } => Problem.Unsupported("best_of", "'best_of' is not supported. Send 'num_beams' to search for the likeliest answer, or 'n' for several."),
        { Echo: true, Prompt.Tokens: not null } => Problem.Unsupported("echo", "'echo' of tokens is not supported; send the prompt as a text."),
        _ => null,
    };
}
