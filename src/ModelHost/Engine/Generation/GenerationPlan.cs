using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Generation.Guessing;

namespace Platform.ModelHost.Engine.Generation;

/// <summary>A checked request as the loop sees it; the same for all its candidates.</summary>
internal sealed class GenerationPlan(GenerationRequest request, int[] prompt, AdapterSet adapters, uint seed, DraftContext? draft = null)
{
    internal GenerationRequest Request { get; } = request;

    internal int[] Prompt { get; } = prompt;

    internal AdapterSet Adapters { get; } = adapters;

    internal int MaxTokens => Request.MaxTokens ?? int.MaxValue;

    /// <summary>Who waits in turn with whom.</summary>
    internal string User => Request.User ?? "";

    /// <summary>True once the first candidate has read the prompt: the others then begin with what it read.</summary>
    internal volatile bool PromptIsRead;

    /// <summary>What guesses ahead for one candidate, or null.</summary>
    internal IGuesser? NewGuesser() => Request.Speculation switch
    {
        Speculation.PromptLookup => new PromptLookup(),
        Speculation.Draft when draft is not null => new DraftGuesser(draft),
        _ => null,
    };

    /// <summary>What one candidate draws with.</summary>
    internal uint Seed(int candidate) => unchecked(seed + (uint)candidate);
}
