using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Platform.ModelHost.Native.QuantisedRows;

namespace Platform.ModelHost.Native.Products;

/// <summary>One side of a product: lines (rows, or lanes) of numbers along k. Either dimension may be the one that lies in order.</summary>
internal unsafe struct ProductSide
{
    private const int F32 = 0, Q8 = 8, Q8Block = Q8Numbers.Block, Q8Bytes = Q8Numbers.Bytes, ToFloatOffset = 40;
    private byte* data;
    private readonly int type, elements, bytes;
    private readonly delegate* unmanaged<byte*, float*, long, void> convert;

    /// <param name="tensor">[k, lines], perhaps a transposed view.</param>
    /// <param name="isTurned">It is [lines, k] instead. Of a view of packed numbers nobody could tell.</param>
    /// <param name="second">Which of its matrices.</param>
    /// <param name="third">And of those.</param>
    internal ProductSide(GgmlTensor* tensor, long second, long third, bool isTurned = false)
    {
        data = (byte*)tensor->data + second * (long)tensor->nb[2] + third * (long)tensor->nb[3];
        (type, Step, Line) = (tensor->type, (nint)tensor->nb[isTurned ? 1 : 0], (nint)tensor->nb[isTurned ? 0 : 1]);
        (elements, bytes) = ((int)Ggml.ggml_blck_size(type), (int)Ggml.ggml_type_size(type));
        IsAlongK = !isTurned && Step == bytes;
        convert = Conversion(type);
    }

    internal static bool CanRead(int type) => type == F32 || Conversion(type) != null;

    /// <summary>Bytes from one line to the next, or from one block of lines.</summary>
    internal readonly nint Line { get; }

    /// <summary>Bytes from one k to the next, or from one block.</summary>
    internal nint Step { get; }

    /// <summary>Whether the numbers along k lie in order; else those of all lines at one k do.</summary>
    internal bool IsAlongK { get; }

    internal bool IsFloat => type == F32;

    internal bool IsQ8 => type == Q8;

    /// <summary>The same without its first lines.</summary>
    internal ProductSide From(long line)
    {
        var rest = this;
        rest.data += line * Line;
        return rest;
    }

    /// <summary>Where a number lies; F32 only.</summary>
    internal float* At(long line, long k) => (float*)(data + line * Line + k * Step);

    /// <summary>Bytes from one line to the next of those whose numbers lie in order.</summary>
    internal readonly nint Apart => IsAlongK ? Line : Step;

    /// <summary>Where numbers that lie in order begin.</summary>
    /// <param name="other">The line, or the k, that they belong to.</param>
    /// <param name="first">Of them, a multiple of the type's block.</param>
    internal readonly byte* Block(long other, long first) => data + other * Apart + first / elements * bytes;

    /// <summary>Makes floats of numbers that lie in order.</summary>
    /// <param name="other">As above.</param>
    /// <param name="first">As above.</param>
    internal void Read(long other, long first, int count, float* to)
    {
        var from = Block(other, first);
        if (type == F32) { new Span<float>(from, count).CopyTo(new Span<float>(to, count)); }
        else if (type == Q8) { ReadQ8(from, count, to); }
        else { convert(from, to, count); }
    }

    private static delegate* unmanaged<byte*, float*, long, void> Conversion(int type) => *(delegate* unmanaged<byte*, float*, long, void>*)(Ggml.ggml_get_type_traits(type) + ToFloatOffset);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadQ8(byte* from, int count, float* to)
    {
        for (; count > 0; count -= Q8Block, from += Q8Bytes, to += Q8Block)
        {
            var scale = Vector512.Create(Float16.Single(*(ushort*)from));
            (Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(Vector128.Load((sbyte*)from + 2))) * scale).Store(to);
            (Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(Vector128.Load((sbyte*)from + 18))) * scale).Store(to + 16);
        }
    }
}
