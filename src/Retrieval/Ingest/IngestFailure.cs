using Platform.ModelHost.Client;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Ingest;

/// <summary>What a failure is called and what people are told of it.</summary>
internal static class IngestFailure
{
    /// <summary>One sentence a failure; the exception itself goes to the log.</summary>
    public static (IngestError Error, string Detail) Of(Exception failure) => failure switch
    {
        IngestException known => (known.Error, known.Message),
        _ when NoSpace.Is(failure) => (IngestError.NoSpace, "The disk is full: the document was not taken in. Free some space and retry."),
        OutOfMemoryException => (IngestError.OutOfMemory, "There was not enough memory to take the document in. Retry when less is running, or split the file."),
        FileNotFoundException or DirectoryNotFoundException => (IngestError.Failed, "The stored file is gone from the data folder. Upload it again."),
        ModelHostException model => (IngestError.Failed, $"The model service refused the text: {model.Message}"),
        ArgumentException refused => (IngestError.Failed, refused.Message),
        _ => (IngestError.Failed, "The document could not be taken in. Retry; if it fails again, the server's log holds the cause."),
    };

    /// <summary>True when the file is the cause, which is for the one who added it to mend; the others are for the operator.</summary>
    public static bool LiesInTheFile(IngestError error) => error
        is IngestError.TooLarge or IngestError.Empty or IngestError.UnsupportedType or IngestError.Encrypted or IngestError.Corrupt or IngestError.TooManyPages or IngestError.Bomb or IngestError.NoText or IngestError.OutOfTime or IngestError.TooManyColumns;
}
