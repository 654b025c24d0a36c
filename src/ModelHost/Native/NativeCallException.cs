namespace Platform.ModelHost.Native;

/// <summary>A call into llama.cpp that did not do what was asked.</summary>
/// <param name="code">What the call returned; 0 when it returns an object and gave none.</param>
public sealed class NativeCallException(string message, int code = 0) : Exception(message)
{
    public int Code { get; } = code;

    /// <summary>There is less memory than was asked for: with more of it, or for less, the call would do.</summary>
    public bool IsWantOfMemory { get; init; }
}
