namespace Platform.Training;

/// <summary>Why training was refused or ended. The names stand in progress files: append only.</summary>
public enum TrainingFault
{
    /// <summary>The base model cannot be trained here.</summary>
    Model,

    /// <summary>job.json asks for what is not possible.</summary>
    Job,

    /// <summary>A row of the data is bad; the message names it.</summary>
    Data,

    /// <summary>A checkpoint is cut, damaged or of another job.</summary>
    Checkpoint,

    /// <summary>The loss or the gradient is no number, or grew without end.</summary>
    Numbers,

    /// <summary>The exported adapter does not answer as the trained one.</summary>
    Export,

    /// <summary>The base model's file is another than the one that the job was made for.</summary>
    Base,

    /// <summary>The disk is full.</summary>
    Space,

    /// <summary>There is no memory.</summary>
    Memory,
}

/// <summary>Training was refused or ended; the message says why and what to do.</summary>
public sealed class TrainingException(TrainingFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public TrainingFault Fault { get; } = fault;
}
