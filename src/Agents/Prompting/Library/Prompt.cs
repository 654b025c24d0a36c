namespace Platform.Agents.Prompting.Library;

/// <summary>A text for instructions that people keep and use in several agents.</summary>
/// <param name="Shared">Whether everybody reads it; its owner and administrators change it.</param>
/// <param name="Version">Number of the newest version, from 1.</param>
/// <param name="Text">Of that version.</param>
/// <param name="Revision">Raised with each change of it.</param>
/// <param name="MayChange">Whether who asked may change it.</param>
public sealed record Prompt(Guid Id, string OwnerId, string Name, bool Shared, int Version, string Text, int Revision, DateTimeOffset UpdatedAt, bool MayChange);

/// <summary>A version of a prompt. It never changes.</summary>
public sealed record PromptVersion(int Number, string Text, string Note, string SavedBy, DateTimeOffset SavedAt);

/// <summary>The prompt was changed by somebody else meanwhile.</summary>
public sealed class PromptConflictException(string message, Exception? inner = null) : Exception(message, inner);
