using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Platform.ModelHost.Native.QuantisedRows;

/// <summary>f16 as f32 without a call: <see cref="Half"/>'s own conversion is one, and around it a kernel's registers are written out and read back.</summary>
/// <remarks>The exponent is moved by a product, which is exact for subnormals too; infinities and no-numbers keep theirs.</remarks>
internal static class Float16
{
    private const int Magnitude = 0x7FFF, Largest = 0x7BFF, Infinity = 0x7F800000, Sign = 0x8000, Mantissas = 13, Half = 16;
    private const float Exponents = 5.192296858534828e33f; // 2^112: f32 counts from -127, f16 from -15

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Single(ushort bits)
    {
        var bare = bits & Magnitude;
        var number = BitConverter.SingleToInt32Bits(BitConverter.Int32BitsToSingle(bare << Mantissas) * Exponents) | (bits & Sign) << Half;
        return BitConverter.Int32BitsToSingle(bare > Largest ? number | Infinity : number);
    }

    /// <summary>A number that is not negative, as f16 would hold it: to the nearest, ties to even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Rounded(float number)
    {
        const float leastNormal = 6.103515625e-5f, subnormals = 0.5f, tooLarge = 65_520; // beside a half, f32 counts in f16's smallest steps
        const int halfStep = (1 << Mantissas) / 2 - 1;
        if (number < leastNormal) { return number + subnormals - subnormals; }
        var bits = BitConverter.SingleToInt32Bits(number);
        return number < tooLarge ? BitConverter.Int32BitsToSingle(bits + halfStep + (bits >> Mantissas & 1) & -1 << Mantissas) : number + float.PositiveInfinity;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Singles(Vector256<short> bits)
    {
        var wide = Avx512F.ConvertToVector512Int32(bits);
        var bare = wide & Vector512.Create(Magnitude);
        var number = ((bare << Mantissas).AsSingle() * Vector512.Create(Exponents)).AsInt32() | (wide & Vector512.Create(int.MinValue));
        return (number | (Vector512.GreaterThan(bare, Vector512.Create(Largest)) & Vector512.Create(Infinity))).AsSingle();
    }
}
