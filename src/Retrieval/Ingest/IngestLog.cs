using Microsoft.Extensions.Logging;
using Platform.Retrieval.Documents;

namespace Platform.Retrieval.Ingest;

/// <summary>What the worker writes to the log. Names and texts of documents are never in it.</summary>
internal static partial class IngestLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The ingestion table could not be worked on; trying again in {Seconds} s.")]
    public static partial void TableFailed(this ILogger log, Exception failure, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The stored files belong to another database than the configured one, so none was cleared away. Check ConnectionStrings:Platform; if this database is the right one, delete {Mark} and start again.")]
    public static partial void FilesOfAnother(this ILogger log, string mark);

    [LoggerMessage(Level = LogLevel.Information, Message = "Ingestion of {Document} ended early: it was cancelled, deleted, replaced or taken over.")]
    public static partial void EndedEarly(this ILogger log, Guid document);

    [LoggerMessage(Level = LogLevel.Information, Message = "The model service is away ({Reason}); {Document} is tried again in {Seconds} s.")]
    public static partial void ModelAway(this ILogger log, string reason, Guid document, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Document {Document} failed at {Stage}: {Error}.")]
    public static partial void Failed(this ILogger log, Exception failure, Guid document, DocumentState stage, IngestError error);

    [LoggerMessage(Level = LogLevel.Information, Message = "Document {Document} was refused at {Stage}: {Error}.")]
    public static partial void Refused(this ILogger log, Guid document, DocumentState stage, IngestError error);

    [LoggerMessage(Level = LogLevel.Information, Message = "The lease on {Document} could not be kept; its ingestion stops.")]
    public static partial void LeaseNotKept(this ILogger log, Exception failure, Guid document);
}
