using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Platform.ModelHost.Native.Activations;

/// <summary>Sixteen numbers of a row at a time; of the last vector only those that are there. No call is made, for around one a loop's registers are written out and read back.</summary>
internal static unsafe class Row
{
    internal const int Vector = 16;

    /// <param name="left">Numbers from here to the row's end, at least one.</param>
    /// <param name="filling">Stands where the row has ended.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Load(float* from, long left, float filling) => left >= Vector ? Vector512.Load(from) : Avx512F.MaskLoad(from, Mask(left), Vector512.Create(filling));

    /// <param name="left">As above.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store(Vector512<float> numbers, float* to, long left)
    {
        if (left >= Vector) { numbers.Store(to); } else { Avx512F.MaskStore(to, Mask(left), numbers); }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Mask(long left) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create((int)left)).AsSingle();
}
