namespace Platform.ModelHost.Native.Gguf;

/// <summary>Why a file is no usable GGUF.</summary>
public enum GgufFault
{
    NotGguf, Version, Truncated, Count, Key, DuplicateKey, ValueType, StringLength, ArrayLength, Alignment,
    TensorName, DuplicateTensor, TensorShape, TensorType, TensorOffset, MissingKey, ModelShape, Vocabulary, Split,
    AdapterBase, AdapterShape, AdapterNumbers,
}

/// <summary>A file that is refused before native code sees it. The message says what is wrong, the value and the limit.</summary>
public sealed class GgufException(GgufFault fault, string message) : Exception(message)
{
    public GgufFault Fault { get; } = fault;
}
