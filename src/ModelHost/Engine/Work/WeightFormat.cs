using System.Globalization;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Work;

/// <summary>A number format that models are written in.</summary>
/// <param name="Number">llama.cpp's (llama_ftype); stands in files.</param>
/// <param name="Bits">Bits a weight, about: the K formats keep some weights finer.</param>
internal sealed record WeightFormat(string Name, int Number, double Bits)
{
    private const int F16 = 1, BF16 = 30;
    private const double Half = 16, FewestToRequantize = 8;

    internal static IReadOnlyList<WeightFormat> All { get; } =
        [new("q8_0", 7, 8.5), new("q6_k", 18, 6.6), new("q5_k_m", 17, 5.7), new("q4_k_m", 15, 4.9), new("q4_0", 2, 4.6), new("f16", 1, Half), new("bf16", 32, Half)];

    /// <exception cref="EngineException">Kind BadRequest.</exception>
    internal static WeightFormat Find(string name) => All.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw Refuse($"'{name}' is no format that models are written in here; choose one of {string.Join(", ", All.Select(f => f.Name))}.");

    /// <summary>Refuses what gains nothing or loses twice.</summary>
    /// <returns>True when the file's weights are quantised already and are quantised again: a little worse than from the original, and accepted from 8 bits down.</returns>
    /// <exception cref="EngineException">Kind BadRequest.</exception>
    internal bool Requantizes(GgufHeader source)
    {
        var most = source.Tensors.Where(t => t.Shape.Count > 1).GroupBy(t => t.Type).MaxBy(g => g.Sum(Elements)) ?? throw Refuse("The file has no matrices to write in another format.");
        var bits = 8.0 * most.Sum(t => t.Bytes) / most.Sum(Elements);
        var told = bits.ToString("0.#", CultureInfo.InvariantCulture);
        if (bits == Half && Bits == Half)
        {
            return most.Key != (Number == F16 ? F16 : BF16) ? false : throw Refuse($"The model's weights are {Name} already.");
        }
        if (Bits > bits - 0.05 || (most.Key, Name) == (8, "q8_0")) { throw Refuse($"The model's weights have {told} bits already; {Name} has {Bits.ToString("0.#", CultureInfo.InvariantCulture)}, and what was lost does not come back. Choose a smaller format."); }
        if (bits < FewestToRequantize) { throw Refuse($"The model's weights have {told} bits and were rounded before; rounding them again loses too much. Take a file with 8 bits or more, such as q8_0 or f16."); }
        return bits < Half;
    }

    /// <summary>Bytes that a file of this format will have, about.</summary>
    internal long BytesOf(GgufHeader source) => source.DataOffset + (long)(source.Tensors.Sum(Elements) * Math.Max(Bits, 1) / 8);

    private static double Elements(GgufTensor tensor) => tensor.Shape.Aggregate(1.0, (product, length) => product * length);

    private static EngineException Refuse(string message) => new(EngineErrorKind.BadRequest, message) { Parameter = "to" };
}
