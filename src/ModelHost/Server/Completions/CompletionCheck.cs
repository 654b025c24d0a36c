using Platform.ModelHost.Server.Generating;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Completions;

/// <summary>The refusal step of a completions request.</summary>
internal static class CompletionCheck
{
    private const int MostPrompts = 64;

    public static Problem? Refusal(CompletionRequest request) => GenerationSettings.Refusal(request) ?? request switch
    {
        { Prompt: null or { Count: 0 } } => Problem.Invalid("prompt", "'prompt' is missing or empty."),
        { Prompt.Count: > MostPrompts } => Problem.Invalid("prompt", $"'prompt' has {request.Prompt.Count} items; {MostPrompts} is the most in one request."),
        { Suffix: { Length: > 0 } } => Problem.Unsupported("suffix", "'suffix' is not supported: the models here write on, not in between."),
        { MaxTokens: 0, Echo: not true } => Problem.Invalid("max_tokens", "max_tokens is 0; it must be 1 or more, or 0 together with echo."),
        { BestOf: not (null or 1) } => Problem.Unsupported("best_of", "'best_of' is not supported. Send 'num_beams' to search for the likeliest answer, or 'n' for several."),
        _ => null,
    };
}
