using Platform.ModelHost.Engine.Tokens;

namespace Platform.ModelHost.Engine.Generation;

/// <summary>One request to generate: messages (rendered by the model's template), a raw prompt, or tokens.</summary>
/// <remarks>Everything in it is untrusted and is checked before it costs anything; what the model or the engine cannot do is refused, never ignored.</remarks>
public sealed record GenerationRequest
{
    /// <summary>A model's id, or `model:adapter` and `model:adapter@version` of the adapter registry.</summary>
    public required string ModelId { get; init; }

    /// <summary>The conversation; null when <see cref="Prompt"/> or <see cref="PromptTokens"/> is given.</summary>
    public IReadOnlyList<ChatTurn>? Messages { get; init; }

    /// <summary>What the template is given beside the messages.</summary>
    public ChatTemplateOptions Template { get; init; } = new();

    /// <summary>Raw text to continue; control tokens in it are read as such.</summary>
    public string? Prompt { get; init; }

    /// <summary>Token ids to continue, taken as they are.</summary>
    public IReadOnlyList<int>? PromptTokens { get; init; }

    /// <summary>Most tokens to generate; null generates up to the end of the context. 0 only with <see cref="TellsPrompt"/>.</summary>
    public int? MaxTokens { get; init; }

    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Texts that end the answer; never part of it. At most 16 of at most 256 characters.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Answers to generate from the one prompt, 1 to 16; each has its index in its events. The prompt is read once.</summary>
    public int Candidates { get; init; } = 1;

    /// <summary>Null for none. Each token's log-probability and those of so many likeliest tokens in its place, 0 to 20; before penalties, masks and temperature.</summary>
    public int? TopLogProbabilities { get; init; }

    /// <summary>True tells the prompt's tokens before the answer's, with <see cref="TopLogProbabilities"/>: how likely each was after those before it. The prompt is read anew for it, and shared with nobody. Not of beam search.</summary>
    public bool TellsPrompt { get; init; }

    /// <summary>Searches for the likeliest answers in place of sampling one; null samples.</summary>
    public BeamOptions? Beam { get; init; }

    /// <summary>A grammar that the answer must follow; null for none.</summary>
    public GrammarOptions? Grammar { get; init; }

    /// <summary>Ends the model's thinking after so many tokens; null lets it think as long as it likes.</summary>
    public ThinkingLimit? Thinking { get; init; }

    /// <summary>Lets the answer be nothing but spans of given passages with citation marks; null for none.</summary>
    public VerbatimOptions? Verbatim { get; init; }

    /// <summary>Adapters with scales. Null takes the one that <see cref="ModelId"/> names, if any; empty is the base model.</summary>
    public IReadOnlyList<AdapterChoice>? Adapters { get; init; }

    /// <summary>True refuses versions of adapters that nobody let through, named in either way, as if they were not there. What is set for every request is not asked about.</summary>
    public bool ReleasedOnly { get; init; }

    /// <summary>Asked to measure by: an adapter is not used by it, and else it is a request as any.</summary>
    public bool Measures { get; init; }

    /// <summary>Work of the service's own, for which nobody waits: it is not counted among the requests to which others give way.</summary>
    public bool IsBackground { get; init; }

    /// <summary>The file of an adapter that is in no registry, in place of <see cref="Adapters"/>; null for none. For the service's own work: no caller names a path.</summary>
    public string? AdapterPath { get; init; }

    /// <summary>How tokens may be guessed ahead to generate faster; the answer is the same.</summary>
    public Speculation Speculation { get; init; }

    /// <summary>The model that drafts, for <see cref="Speculation.Draft"/>; null takes the one that is configured. The first stays with the model until that is unloaded.</summary>
    public string? DraftModel { get; init; }

    /// <summary>False lets <see cref="DraftModel"/> name only what the model's card or Engine:DraftModel names, or what drafts already: a draft holds memory as long as its model is loaded.</summary>
    public bool MayChooseDraft { get; init; } = true;

    /// <summary>Who asks, for fairness among those who wait; null shares one turn with everybody who gave none. At most 128 characters.</summary>
    public string? User { get; init; }

    /// <summary>False reads the whole prompt anew and leaves nothing behind for others.</summary>
    public bool CachePrompt { get; init; } = true;

    /// <summary>True goes on where the model would end its answer.</summary>
    public bool IgnoreEndOfText { get; init; }

    /// <summary>True tells with every text what it took so far; not of beam search, which tells its answers at the end.</summary>
    public bool TellsUsage { get; init; }

    /// <summary>True shows the texts of control tokens (tool call marks …) that the model writes; they are left out otherwise.</summary>
    public bool ShowControlTokens { get; init; }
}

/// <summary>One adapter of a request.</summary>
/// <param name="Id">Name in the adapter registry, with `@version` or the newest.</param>
/// <param name="Scale">-8 to 8; 1 is as trained, 0 leaves it out.</param>
public sealed record AdapterChoice(string Id, float Scale = 1);

/// <summary>Beam search: the likeliest answers as a whole.</summary>
/// <param name="Width">Answers that are followed at once, 1 to 8. The prompt and the answers of all beams together must fit the context.</param>
/// <param name="LengthPenalty">The sum of log-probabilities is divided by length to this power; above 0 favours longer answers. -4 to 4.</param>
/// <param name="Best">How many to return, best first, as candidates 0, 1 …; 1 to <paramref name="Width"/>.</param>
public sealed record BeamOptions(int Width = 4, float LengthPenalty = 1, int Best = 1);

/// <summary>A grammar in GBNF.</summary>
/// <param name="Text">The rules, within the limits of <see cref="Grammars.GrammarCheck"/>.</param>
/// <param name="Root">The rule to begin with.</param>
public sealed record GrammarOptions(string Text, string Root = "root")
{
    /// <summary>Texts that switch the grammar on when the answer contains one; it then holds from that text's first character on, so its rules include the text. Empty: it holds from the start. At most 16 of at most 64 characters.</summary>
    public IReadOnlyList<string> Triggers { get; init; } = [];
}

/// <summary>How long a model may think before it answers.</summary>
/// <param name="Tokens">Of its thinking, 0 and up; the mark that ends it comes on top.</param>
/// <param name="Open">The mark with which it begins to think.</param>
/// <param name="Close">The mark with which it ends that.</param>
/// <param name="IsOpen">The prompt has opened the thinking already.</param>
public sealed record ThinkingLimit(int Tokens, string Open, string Close, bool IsOpen);

/// <summary>Verbatim mode: an answer is a sequence of spans of the passages to the byte, each followed by its mark ` [n]`, n from 1; a space may stand between a mark and the next span. Not together with <see cref="GenerationRequest.Stop"/>, which would cut a span off from its mark.</summary>
/// <param name="Passages">The texts to quote from; 1 to 64.</param>
/// <param name="MinSpan">Fewest tokens of a span, 1 to 256; a passage's end may cut one short.</param>
/// <param name="MaxSpans">Most spans, 1 to 32.</param>
public sealed record VerbatimOptions(IReadOnlyList<string> Passages, int MinSpan = 4, int MaxSpans = 8);

/// <summary>Guessing tokens ahead, while at most two answers run at once and for as long as it pays: by what followed the last time the same tokens stood in the prompt or the answer, or by a small model of the same vocabulary. A model whose state cannot go back guesses nothing.</summary>
public enum Speculation { Off, PromptLookup, Draft }
