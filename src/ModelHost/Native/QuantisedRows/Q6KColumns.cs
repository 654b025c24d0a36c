using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native.QuantisedRows;

/// <summary>Columns of numbers as ggml multiplies Q6_K with: blocks of 256 in 8 bits (its block_q8_K), block by block, and within a block column by column.</summary>
internal unsafe struct Q6KColumns
{
    internal const int Block = 256, Sums = 16;
    private const int Alignment = 64, GgmlBytes = sizeof(float) + Block + Sums * sizeof(short);

    /// <summary>Numbers of block b, column c, at (b · count + c) · 256; aligned to 64 bytes.</summary>
    internal sbyte* Numbers;

    /// <summary>Sums of each 16 numbers; 16 a block.</summary>
    internal short* SumsOf16;

    /// <summary>One a block.</summary>
    internal float* Scales;

    private byte* scratch;
    private nuint room;

    /// <param name="first">The first column; each is `length` numbers.</param>
    /// <param name="stride">Bytes from one column to the next.</param>
    /// <param name="length">A multiple of 256.</param>
    internal void Quantise(byte* first, nuint stride, int length, int count)
    {
        var blocks = length / Block;
        Reserve((nuint)blocks * (nuint)count);
        for (var column = 0; column < count; column++)
        {
            Ggml.quantize_row_q8_K_ref((float*)(first + (nuint)column * stride), scratch, length);
            for (var block = 0; block < blocks; block++)
            {
                var from = scratch + block * GgmlBytes;
                var to = (nint)block * count + column;
                Scales[to] = *(float*)from;
                Buffer.MemoryCopy(from + sizeof(float), Numbers + to * Block, Block, Block);
                Buffer.MemoryCopy(from + sizeof(float) + Block, SumsOf16 + to * Sums, Sums * sizeof(short), Sums * sizeof(short));
            }
        }
    }

    internal void Free()
    {
        NativeMemory.AlignedFree(Numbers);
        NativeMemory.AlignedFree(SumsOf16);
        NativeMemory.AlignedFree(Scales);
        NativeMemory.AlignedFree(scratch);
        this = default;
    }

    private void Reserve(nuint blocks)
    {
        if (blocks <= room) { return; }
        Free();
        Numbers = (sbyte*)NativeMemory.AlignedAlloc(blocks * Block, Alignment);
        SumsOf16 = (short*)NativeMemory.AlignedAlloc(blocks * Sums * sizeof(short), Alignment);
        Scales = (float*)NativeMemory.AlignedAlloc(blocks * sizeof(float), Alignment);
        scratch = (byte*)NativeMemory.AlignedAlloc(blocks * GgmlBytes, Alignment); // one column never has more
        room = blocks;
    }
}
