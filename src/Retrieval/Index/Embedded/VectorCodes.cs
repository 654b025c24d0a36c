using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Platform.Retrieval.Index.Embedded;

/// <summary>
/// The vectors of one document as bytes: each component a signed byte, each vector its own scale. A quarter of the memory of floats, and a scan that is quick and almost exact;
/// the best are then scored again with the stored floats.
/// </summary>
internal sealed class VectorCodes
{
    private readonly int _length;
    private readonly sbyte[] _codes;
    private readonly float[] _scales;

    /// <param name="rows">Row numbers, ascending.</param>
    /// <param name="vectors">Unit vectors of one length, one a row.</param>
    public VectorCodes(long[] rows, IReadOnlyList<ReadOnlyMemory<float>> vectors)
    {
        Rows = rows;
        _length = vectors.Count == 0 ? 0 : vectors[0].Length;
        _codes = new sbyte[rows.Length * _length];
        _scales = new float[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            ReadOnlySpan<float> vector = vectors[i].Span;
            float scale = MathF.Abs(TensorPrimitives.MaxMagnitude(vector)) / sbyte.MaxValue;
            _scales[i] = scale;
            Span<sbyte> codes = _codes.AsSpan(i * _length, _length);
            for (int j = 0; j < codes.Length; j++)
            {
                codes[j] = (sbyte)MathF.Round(vector[j] / scale);
            }
        }
    }

    public long[] Rows { get; }

    /// <summary>Offers every row with its approximate cosine.</summary>
    public void Scan(QueryCode query, NearestRows nearest)
    {
        for (int i = 0; i < Rows.Length; i++)
        {
            nearest.Offer(Rows[i], Dot(_codes.AsSpan(i * _length, _length), query.Codes) * _scales[i] * query.Scale);
        }
    }

    /// <summary>The sum of products; a question's components have 13 bits and a sign, so that 2,048 dimensions stay within 31 bits.</summary>
    internal static int Dot(ReadOnlySpan<sbyte> codes, ReadOnlySpan<short> query)
    {
        int sum = 0, i = 0;
        ref sbyte code = ref MemoryMarshal.GetReference(codes);
        ref short other = ref MemoryMarshal.GetReference(query);
        if (Avx512BW.IsSupported)
        {
            Vector512<int> sums = Vector512<int>.Zero;
            for (; i <= codes.Length - Vector512<short>.Count; i += Vector512<short>.Count)
            {
                Vector512<short> wide = Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref code, (nuint)i));
                sums += Avx512BW.MultiplyAddAdjacent(wide, Vector512.LoadUnsafe(ref other, (nuint)i));
            }

            sum = Vector512.Sum(sums);
        }
        else if (Avx2.IsSupported)
        {
            Vector256<int> sums = Vector256<int>.Zero;
            for (; i <= codes.Length - Vector256<short>.Count; i += Vector256<short>.Count)
            {
                Vector256<short> wide = Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref code, (nuint)i));
                sums += Avx2.MultiplyAddAdjacent(wide, Vector256.LoadUnsafe(ref other, (nuint)i));
            }

            sum = Vector256.Sum(sums);
        }
        else if (Vector.IsHardwareAccelerated)
        {
            Vector<int> sums = Vector<int>.Zero;
            for (; i <= codes.Length - Vector<sbyte>.Count; i += Vector<sbyte>.Count)
            {
                Vector.Widen(new Vector<sbyte>(codes[i..]), out Vector<short> low, out Vector<short> high);
                sums += Products(low, new Vector<short>(query[i..])) + Products(high, new Vector<short>(query[(i + Vector<short>.Count)..]));
            }

            sum = Vector.Sum(sums);
        }

        for (; i < codes.Length; i++)
        {
            sum += codes[i] * query[i];
        }

        return sum;
    }

    private static Vector<int> Products(Vector<short> a, Vector<short> b)
    {
        Vector.Widen(a, out Vector<int> aLow, out Vector<int> aHigh);
        Vector.Widen(b, out Vector<int> bLow, out Vector<int> bHigh);
        return (aLow * bLow) + (aHigh * bHigh);
    }
}

/// <summary>A question's unit vector in 16-bit components.</summary>
internal sealed class QueryCode
{
    private const int Largest = 8191;

    public QueryCode(ReadOnlySpan<float> unit)
    {
        float largest = MathF.Abs(TensorPrimitives.MaxMagnitude(unit));
        Scale = largest / Largest;
        Codes = new short[unit.Length];
        for (int i = 0; i < unit.Length; i++)
        {
            Codes[i] = (short)MathF.Round(unit[i] / Scale);
        }
    }

    public short[] Codes { get; }

    public float Scale { get; }
}
