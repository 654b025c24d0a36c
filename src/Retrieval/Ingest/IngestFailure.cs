using Microsoft.Data.Sqlite;
using Platform.ModelHost.Client;

namespace Platform.Retrieval.Ingest;

/// <summary>What a failure is called and what people are told of it.</summary>
internal static class IngestFailure
{
    private const int ErrnoNoSpace = 28;
    private const int SqliteFull = 13;

    /// <summary>One sentence a failure; the exception itself goes to the log.</summary>
    public static (IngestError Error, string Detail) Of(Exception failure) => failure switch
    {
        IngestException known => (known.Error, known.Message),
        _ when IsDiskFull(failure) => (IngestError.NoSpace, "The disk is full: the document was not taken in. Free some space and retry."),
        OutOfMemoryException => (IngestError.OutOfMemory, "There was not enough memory to take the document in. Retry when less is running, or split the file."),
        FileNotFoundException or DirectoryNotFoundException => (IngestError.Failed, "The stored file is gone from the data folder. Upload it again."),
        ModelHostException model => (IngestError.Failed, $"The model service refused the text: {model.Message}"),
        ArgumentException refused => (IngestError.Failed, refused.Message),
        _ => (IngestError.Failed, $"The document could not be taken in ({failure.GetType().Name}: {failure.Message}). Retry; if it fails again, the server's log says more."),
    };

    /// <summary>Whether a full disk is at the bottom of it.</summary>
    public static bool IsDiskFull(Exception? failure) =>
        failure is IOException { HResult: ErrnoNoSpace } or SqliteException { SqliteErrorCode: SqliteFull } || (failure?.InnerException is { } cause && IsDiskFull(cause));
}
