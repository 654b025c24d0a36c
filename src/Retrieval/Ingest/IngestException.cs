namespace Platform.Retrieval.Ingest;

/// <summary>Why a document could not be taken in. Stored by name: append only.</summary>
public enum IngestError { TooLarge, Empty, UnsupportedType, Encrypted, Corrupt, TooManyPages, Bomb, NoText, OutOfTime, OutOfMemory, NoSpace, ReaderMissing, ModelUnavailable, Failed, ProgramEnded, TooManyColumns }

/// <summary>A document that could not be taken in; the message says what happened, the value, the limit and what to do.</summary>
public sealed class IngestException(IngestError error, string message, Exception? inner = null) : Exception(message, inner)
{
    public IngestError Error { get; } = error;
}
