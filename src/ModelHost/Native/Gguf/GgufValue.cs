namespace Platform.ModelHost.Native.Gguf;

/// <summary>Kinds of metadata values. The numbers are the file format's: append only.</summary>
public enum GgufType : uint
{
    U8 = 0, I8 = 1, U16 = 2, I16 = 3, U32 = 4, I32 = 5, F32 = 6, Truth = 7, Text = 8, List = 9, U64 = 10, I64 = 11, F64 = 12,
}

/// <summary>One metadata value. Untrusted.</summary>
/// <param name="Type">What it is; for an array, <see cref="GgufType.List"/>.</param>
/// <param name="ElementType">What an array holds.</param>
/// <param name="Count">Elements of an array; 1 for others.</param>
/// <param name="Numbers">A number or truth value, or the elements of a short array of them; empty when too long to keep.</param>
/// <param name="Least">The smallest number of it, of a list too long to keep as well.</param>
/// <param name="Most">The largest number of it.</param>
/// <param name="Distinct">Of tokenizer.ggml.tokens: how many llama.cpp will tell apart. -1 for others.</param>
/// <param name="Text">A text, or null when it is none or too long to keep.</param>
public sealed record GgufValue(GgufType Type, GgufType ElementType, long Count, IReadOnlyList<double> Numbers, string? Text, double Least = 0, double Most = 0, long Distinct = -1);

/// <summary>One tensor of the table: shape with the fastest dimension first, bytes from the start of the data.</summary>
public sealed record GgufTensor(string Name, IReadOnlyList<long> Shape, int Type, long Offset, long Bytes);

/// <summary>What stands before the weights of a GGUF file.</summary>
/// <param name="DataOffset">Where the weights begin, in bytes from the start of the file.</param>
public sealed record GgufHeader(uint Version, IReadOnlyDictionary<string, GgufValue> Metadata, IReadOnlyList<GgufTensor> Tensors, long DataOffset, long FileBytes)
{
    /// <summary>Bytes before the metadata: magic, version and two counts.</summary>
    public const int MetadataStart = 24;

    /// <summary>Where the metadata ends and the table of tensors begins, in bytes from the start of the file.</summary>
    public long MetadataEnd { get; init; }
}
