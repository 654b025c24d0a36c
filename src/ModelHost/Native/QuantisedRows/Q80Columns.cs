using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Platform.ModelHost.Native.QuantisedRows;

/// <summary>Columns of numbers as ggml multiplies Q4_0 with: blocks of 32 in 8 bits and a scale rounded to f16 (its block_q8_0), block by block, and within a block column by column.</summary>
internal unsafe struct Q80Columns
{
    internal const int Block = 32;
    private const int Alignment = 64, Vector = 16;
    private const float Most = 127;

    /// <summary>Numbers of block b, column c, at (b · count + c) · 32; aligned to 32 bytes.</summary>
    internal sbyte* Numbers;

    /// <summary>Eight times the sum of a block's numbers: what weights that stand 8 above their value add.</summary>
    internal int* Eights;

    /// <summary>One a block.</summary>
    internal float* Scales;

    private nuint room;

    /// <param name="first">The first column; each is `length` numbers.</param>
    /// <param name="stride">Bytes from one column to the next.</param>
    /// <param name="length">A multiple of 32.</param>
    /// <remarks>The same steps as ggml's quantize_row_q8_0 for AVX2, whose rounding differs from the reference's.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Quantise(byte* first, nuint stride, int length, int count)
    {
        var blocks = length / Block;
        Reserve((nuint)blocks * (nuint)count);
        for (var column = 0; column < count; column++)
        {
            var from = (float*)(first + (nuint)column * stride);
            for (var block = 0; block < blocks; block++, from += Block)
            {
                var (low, high) = (Vector512.Load(from), Vector512.Load(from + Vector));
                var most = Largest(Avx512F.Max(Vector512.Abs(low), Vector512.Abs(high)));
                var inverse = Vector512.Create(most != 0 ? Most / most : 0);
                var (lower, upper) = (Avx512F.ConvertToVector512Int32(low * inverse), Avx512F.ConvertToVector512Int32(high * inverse));
                var to = (nint)block * count + column;
                Avx512F.ConvertToVector128SByteWithSaturation(lower).StoreAligned(Numbers + to * Block);
                Avx512F.ConvertToVector128SByteWithSaturation(upper).StoreAligned(Numbers + to * Block + Vector);
                Eights[to] = 8 * Vector512.Sum(lower + upper);
                Scales[to] = Float16.Rounded(most / Most);
            }
        }
    }

    internal void Free()
    {
        NativeMemory.AlignedFree(Numbers);
        NativeMemory.AlignedFree(Eights);
        NativeMemory.AlignedFree(Scales);
        this = default;
    }

    private static float Largest(Vector512<float> of)
    {
        var eight = Avx.Max(of.GetLower(), of.GetUpper());
        var four = Sse.Max(eight.GetLower(), eight.GetUpper());
        var two = Sse.Max(four, Sse.MoveHighToLow(four, four));
        return Sse.MaxScalar(two, Sse3.MoveHighAndDuplicate(two)).ToScalar();
    }

    private void Reserve(nuint blocks)
    {
        if (blocks <= room) { return; }
        Free();
        Numbers = (sbyte*)NativeMemory.AlignedAlloc(blocks * Block, Alignment);
        Eights = (int*)NativeMemory.AlignedAlloc(blocks * sizeof(int), Alignment);
        Scales = (float*)NativeMemory.AlignedAlloc(blocks * sizeof(float), Alignment);
        room = blocks;
    }
}
