using System.Runtime.InteropServices;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Native.Tensors;

/// <summary>Turns rows of numbers from one tensor type into another.</summary>
public static unsafe class TensorData
{
    private const int ToFloatOffset = 40; // of the function in ggml_type_traits

    /// <summary>Whether rows of this length can have the type.</summary>
    public static bool FitsRow(TensorType type, long length) => GgufTensorTypes.TryFind((uint)type, out var block) && length % block.Elements == 0;

    /// <summary>Bytes of so many numbers.</summary>
    public static long Bytes(TensorType type, long elements) =>
        GgufTensorTypes.TryFind((uint)type, out var block) ? elements / block.Elements * block.Bytes : throw new ArgumentException($"No tensor has the type {type}. This is a bug.");

    /// <summary>Whether <see cref="FromFloats"/> makes the type: not those that need statistics of use, nor those that only stand in between.</summary>
    public static bool CanMake(TensorType type)
    {
        _ = LlamaLibrary.Load();
        return (int)type is 0 or 1 or 2 or 3 or 6 or 7 or 8 or (>= 10 and <= 14) or 20 or 23 or 30 && !Ggml.ggml_quantize_requires_imatrix((int)type);
    }

    /// <summary>Makes floats of numbers of any type.</summary>
    public static void ToFloats(TensorType type, ReadOnlySpan<byte> bytes, Span<float> floats)
    {
        if (Bytes(type, floats.Length) != bytes.Length || !FitsRow(type, floats.Length)) { throw new ArgumentException($"{bytes.Length} bytes are not {floats.Length} numbers of the type {type}. This is a bug."); }
        if (type == TensorType.F32)
        {
            bytes.CopyTo(MemoryMarshal.AsBytes(floats));
            return;
        }
        _ = LlamaLibrary.Load();
        var convert = *(delegate* unmanaged<byte*, float*, long, void>*)(Ggml.ggml_get_type_traits((int)type) + ToFloatOffset);
        if (convert == null) { throw new ArgumentException($"Numbers of the type {type} cannot be read as floats. This is a bug."); }
        fixed (byte* source = bytes)
        fixed (float* destination = floats) { convert(source, destination, floats.Length); }
    }

    /// <summary>Makes bytes of a type of rows of floats.</summary>
    /// <param name="floats">Whole rows.</param>
    /// <param name="rowLength">Numbers of a row, which must fit the type.</param>
    public static byte[] FromFloats(TensorType type, ReadOnlySpan<float> floats, int rowLength)
    {
        if (!FitsRow(type, rowLength) || floats.Length % rowLength != 0) { throw new ArgumentException($"{floats.Length} numbers in rows of {rowLength} do not pack as {type}. This is a bug."); }
        if (!CanMake(type)) { throw new ArgumentException($"The type {type} is not made here. This is a bug."); }
        var bytes = new byte[Bytes(type, floats.Length)];
        fixed (float* source = floats)
        fixed (byte* destination = bytes)
        {
            var written = Ggml.ggml_quantize_chunk((int)type, source, destination, 0, floats.Length / rowLength, rowLength, null);
            return written == (nuint)bytes.Length ? bytes : throw new NativeCallException($"ggml_quantize_chunk wrote {written} bytes of {bytes.Length} as {type}.");
        }
    }
}
