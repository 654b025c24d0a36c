namespace Platform.ModelHost.Engine.Work;

/// <summary>Why native work in a process of its own did not come to its end.</summary>
internal enum WorkFailure
{
    /// <summary>The child said why it refuses.</summary>
    Refused,

    /// <summary>The work itself ended it: an abort, a segmentation fault, an illegal instruction, a bus error, an arithmetic fault.</summary>
    Crashed,

    /// <summary>A signal from outside, as at a shutdown, or an exit without a word ended it; that says nothing of the work.</summary>
    Ended,

    /// <summary>It took more memory than it may, or the system ended it for want of some.</summary>
    OutOfMemory,

    OutOfTime,

    /// <summary>The child could not be started at all.</summary>
    NotStarted,
}

/// <summary>Native work that failed, and took nobody along.</summary>
internal sealed class WorkException(WorkFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    internal WorkFailure Failure { get; } = failure;
}
