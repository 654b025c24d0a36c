using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Platform.ModelHost.Native.Activations;

/// <summary>e^x of sixteen numbers to about the last bit of F32: x = n ln 2 + r, and e^r by its series to the sixth power, for |r| is at most 0.35.</summary>
internal static class Exponential
{
    private const float Base2 = 1.44269504f, Ln2 = 0.693359375f, Ln2Rest = -2.12194440e-4f, Reach = 150; // beyond, F32 has infinity and 0

    /// <summary>What is no number stays none; infinities become infinity and 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Of(Vector512<float> numbers)
    {
        var x = Avx512F.Min(Vector512.Create(Reach), Avx512F.Max(Vector512.Create(-Reach), numbers)); // of one that is no number both give the second
        var n = Avx512F.RoundScale(x * Vector512.Create(Base2), 0);
        var r = Avx512F.FusedMultiplyAddNegated(n, Vector512.Create(Ln2Rest), Avx512F.FusedMultiplyAddNegated(n, Vector512.Create(Ln2), x));
        var sum = Vector512.Create(1 / 720f);
        sum = Avx512F.FusedMultiplyAdd(sum, r, Vector512.Create(1 / 120f));
        sum = Avx512F.FusedMultiplyAdd(sum, r, Vector512.Create(1 / 24f));
        sum = Avx512F.FusedMultiplyAdd(sum, r, Vector512.Create(1 / 6f));
        sum = Avx512F.FusedMultiplyAdd(sum, r, Vector512.Create(0.5f));
        sum = Avx512F.FusedMultiplyAdd(sum, r, Vector512.Create(1f));
        sum = Avx512F.FusedMultiplyAdd(sum, r, Vector512.Create(1f));
        return Avx512F.Scale(sum, n);
    }
}
