namespace Platform.ModelHost.Engine.Files;

/// <summary>Changes of files on disk: what the system refuses is told in one way, and without paths.</summary>
public static class FileChange
{
    /// <param name="what">What is changed, to begin a sentence with.</param>
    /// <param name="change">Changes it.</param>
    /// <exception cref="EngineException">NoSpace, CannotWrite.</exception>
    public static void Run(string what, Action change)
    {
        try
        {
            change();
        }
        catch (IOException full) when (DiskFull.Is(full))
        {
            throw new EngineException(EngineErrorKind.NoSpace, $"{what} cannot be changed on disk: it is full. Make room and try again.", full);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new EngineException(EngineErrorKind.CannotWrite, $"{what} cannot be changed on disk: {(fault is UnauthorizedAccessException ? "the program has no right to" : "the file system refuses, or another program holds a file")}. Correct that and try again.", fault);
        }
    }
}
