namespace Platform.Retrieval.Evaluation;

/// <summary>Which limit a set of golden questions is beyond.</summary>
public enum GoldenSetFault { Bytes, Questions, Sets }

/// <summary>A set of golden questions is not kept.</summary>
public sealed class GoldenSetException(GoldenSetFault fault, string message) : Exception(message)
{
    public GoldenSetFault Fault { get; } = fault;
}
