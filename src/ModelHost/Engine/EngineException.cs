namespace Platform.ModelHost.Engine;

/// <summary>Why the engine refused or failed. Stored nowhere; append only all the same.</summary>
public enum EngineErrorKind { ModelNotFound, BadRequest, ContextTooLong, QueueFull, InvalidModelFile, NativesUnusable, OutOfMemory, Failed, Busy, NoSpace, AlreadyExists, WorkFailed, CannotWrite, WrongState }

/// <summary>A refusal or failure of the engine. The message says what happened, the value, the limit and what to do.</summary>
public sealed class EngineException(EngineErrorKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    public EngineErrorKind Kind { get; } = kind;

    /// <summary>Tokens of the prompt, for ContextTooLong.</summary>
    public int? PromptTokens { get; init; }

    /// <summary>Tokens the model takes, for ContextTooLong.</summary>
    public int? ContextTokens { get; init; }

    /// <summary>For OutOfMemory: true when it would fit if others let go of theirs.</summary>
    public bool MayFitLater { get; init; }

    /// <summary>When to try again, for QueueFull.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>For WorkFailed: the word by which the program that did the work names what went wrong; null where it named nothing.</summary>
    public string? Fault { get; init; }

    /// <summary>The name of the request field at fault, for BadRequest.</summary>
    public string? Parameter { get; init; }
}
