namespace Platform.Retrieval.Storage;

/// <summary>A room's context of which some writing goes before what else waits to be written to the same SQLite file: something other than a disk waits for it.</summary>
public interface IWritesFirst
{
    /// <summary>Whether what this context writes goes first.</summary>
    bool WritesFirst { get; }
}
