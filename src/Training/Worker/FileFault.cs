namespace Platform.Training;

/// <summary>What is told of a file that the system refuses: without its path, for jobs are told of to callers who do not know this machine.</summary>
internal static class FileFault
{
    private const int FullOnUnix = 28, FullOnWindows = unchecked((int)0x80070070);

    internal static bool Is(Exception fault) => fault is IOException or UnauthorizedAccessException;

    internal static bool IsFull(Exception fault) => fault is IOException { HResult: FullOnUnix or FullOnWindows };

    internal static string Of(Exception fault) => fault switch
    {
        _ when IsFull(fault) => "The disk is full. Make room and try again.",
        FileNotFoundException { FileName: { } name } => $"The file {Path.GetFileName(name)} is not there.",
        UnauthorizedAccessException => "A file cannot be read or written: the program has no right to.",
        _ => "A file cannot be read or written: the file system refuses, or another program holds it.",
    };
}
