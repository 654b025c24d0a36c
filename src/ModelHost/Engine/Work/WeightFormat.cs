using System.Globalization;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Work;

/// <summary>A number format that models are written in.</summary>
/// <param name="Number">llama.cpp's (llama_ftype); stands in files.</param>
/// <param name="Bits">Bits a weight, about: the K formats keep some weights finer.</param>
/// <param name="Fallback">Bits of a matrix whose rows cannot be cut into the format's blocks of 256.</param>
internal sealed record WeightFormat(string Name, int Number, double Bits, double Fallback)
{
    private const int F16 = 1, BF16 = 30, LargeBlock = 256, SmallBlock = 32;
    private const double Half = 16, FewestToRequantize = 8, Sixth = 6.5625, Eighth = 8.5, WorthACopy = 0.97;

    internal static IReadOnlyList<WeightFormat> All { get; } =
        [new("q8_0", 7, Eighth, Eighth), new("q6_k", 18, Sixth, Eighth), new("q5_k_m", 17, 5.7, 6), new("q4_k_m", 15, 4.9, 5.5), new("q4_0", 2, 4.5, 4.5), new("f16", 1, Half, Half), new("bf16", 32, Half, Half)];

    /// <exception cref="EngineException">Kind BadRequest.</exception>
    internal static WeightFormat Find(string name) => All.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw Refuse($"'{name}' is no format that models are written in here; choose one of {string.Join(", ", All.Select(f => f.Name))}.");

    /// <summary>The formats that a file can be written in, and is smaller then by more than the rounding: where most rows fall back to what they are already, a copy would be of the same format under another name.</summary>
    internal static IEnumerable<WeightFormat> Of(GgufHeader source) =>
        Matrices(source) is { } most ? All.Where(format => format.Refusal(most) is null && format.BytesOf(source) < source.FileBytes * WorthACopy) : [];

    /// <summary>Refuses what gains nothing or loses twice.</summary>
    /// <returns>True when the file's weights are quantised already and are quantised again: a little worse than from the original, and accepted from 8 bits down.</returns>
    /// <exception cref="EngineException">Kind BadRequest.</exception>
    internal bool Requantizes(GgufHeader source)
    {
        var most = Matrices(source) ?? throw Refuse("The file has no matrices to write in another format.");
        return Refusal(most) is { } why ? throw Refuse(why) : most.Bits < Half;
    }

    /// <summary>Bytes that a file of this format will have, about.</summary>
    internal long BytesOf(GgufHeader source)
    {
        var hasOutput = source.Tensors.Any(tensor => tensor.Name == "output.weight");
        return source.DataOffset + source.Tensors.Sum(tensor => tensor.Shape.Count < 2 ? tensor.Bytes : (long)(Elements(tensor) * BitsOf(tensor, hasOutput) / 8));
    }

    // What the last step multiplies with is kept finer than the rest.
    private double BitsOf(GgufTensor tensor, bool hasOutput)
    {
        var (fine, coarse) = tensor.Name == (hasOutput ? "output.weight" : "token_embd.weight") && Bits < Sixth ? (Sixth, Eighth) : (Bits, Fallback);
        return Bits == Half || tensor.Shape[0] % SmallBlock != 0 ? Half : tensor.Shape[0] % LargeBlock != 0 ? coarse : fine;
    }

    private string? Refusal((int Type, double Bits) most)
    {
        var told = most.Bits.ToString("0.#", CultureInfo.InvariantCulture);
        return (most.Bits, Bits) switch
        {
            (Half, Half) => most.Type == (Number == F16 ? F16 : BF16) ? $"The model's weights are {Name} already." : null,
            _ when Bits > most.Bits - 0.05 || (most.Type, Name) == (8, "q8_0") => $"The model's weights have {told} bits already; {Name} has {Bits.ToString("0.#", CultureInfo.InvariantCulture)}, and what was lost does not come back. Choose a smaller format.",
            _ when most.Bits < FewestToRequantize => $"The model's weights have {told} bits and were rounded before; rounding them again loses too much. Take a file with 8 bits or more, such as q8_0 or f16.",
            _ => null,
        };
    }

    /// <summary>The type of most of the weights and its bits; null where there are none.</summary>
    private static (int Type, double Bits)? Matrices(GgufHeader source) =>
        source.Tensors.Where(t => t.Shape.Count > 1).GroupBy(t => t.Type).MaxBy(g => g.Sum(Elements)) is { } most ? (most.Key, 8.0 * most.Sum(t => t.Bytes) / most.Sum(Elements)) : null;

    private static double Elements(GgufTensor tensor) => tensor.Shape.Aggregate(1.0, (product, length) => product * length);

    private static EngineException Refuse(string message) => new(EngineErrorKind.BadRequest, message) { Parameter = "to" };
}
