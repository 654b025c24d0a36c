using System.Globalization;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Work;

/// <summary>A number format that models are written in.</summary>
/// <param name="Number">llama.cpp's (llama_ftype); stands in files.</param>
/// <param name="Bits">Bits a weight, about: the K formats keep some weights finer.</param>
/// <param name="Fallback">Bits of a matrix whose rows cannot be cut into the format's blocks of 256.</param>
/// <param name="Types">ggml's numbers of the types that it writes matrices in, that of most first.</param>
/// <param name="FallbackTypes">The same of those whose rows cannot be cut.</param>
internal sealed record WeightFormat(string Name, int Number, double Bits, double Fallback, int[] Types, int[] FallbackTypes)
{
    private const int F32 = 0, F16 = 1, BF16 = 30, Q40 = 2, Q50 = 6, Q51 = 7, Q80 = 8, Q4K = 12, Q5K = 13, Q6K = 14, LargeBlock = 256, SmallBlock = 32;
    private const double Half = 16, FewestToRequantize = 8, Sixth = 6.5625, Eighth = 8.5, WorthACopy = 0.97;
    private static readonly int[] Odd = [F16], Fine = [Q6K], CoarseFine = [Q80];

    internal static IReadOnlyList<WeightFormat> All { get; } =
    [
        new("q8_0", 7, Eighth, Eighth, [Q80], [Q80]), new("q6_k", 18, Sixth, Eighth, [Q6K], [Q80]), new("q5_k_m", 17, 5.7, 6, [Q5K, Q6K], [Q51, Q80]), new("q4_k_m", 15, 4.9, 5.5, [Q4K, Q5K, Q6K], [Q50, Q51, Q80]),
        new("q4_0", 2, 4.5, 4.5, [Q40], [Q40]), new("f16", 1, Half, Half, [F16], [F16]), new("bf16", 32, Half, Half, [BF16], [BF16]),
    ];

    /// <exception cref="EngineException">Kind BadRequest.</exception>
    internal static WeightFormat Find(string name) => All.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw Refuse($"'{name}' is no format that models are written in here; choose one of {string.Join(", ", All.Select(f => f.Name))}.");

    /// <summary>The formats that a file can be written in, and is smaller then by more than the rounding: where most rows fall back to what they are already, a copy would be of the same format under another name.</summary>
    internal static IEnumerable<WeightFormat> Of(GgufHeader source) =>
        Matrices(source) is { } most ? All.Where(format => format.Refusal(source, most) is null && format.BytesOf(source) < source.FileBytes * WorthACopy) : [];

    /// <summary>Refuses what gains nothing or loses twice.</summary>
    /// <returns>True when the file's weights are quantised already and are quantised again: a little worse than from the original, and accepted from 8 bits down.</returns>
    /// <exception cref="EngineException">Kind BadRequest.</exception>
    internal bool Requantizes(GgufHeader source)
    {
        var most = Matrices(source) ?? throw Refuse("The file has no matrices to write in another format.");
        return Refusal(source, most) is { } why ? throw Refuse(why) : most.Bits < Half;
    }

    /// <summary>Bytes that a file of this format will have, about.</summary>
    internal long BytesOf(GgufHeader source)
    {
        var hasOutput = source.Tensors.Any(tensor => tensor.Name == "output.weight");
        return source.DataOffset + source.Tensors.Sum(tensor => tensor.Shape.Count < 2 ? tensor.Bytes : (long)(Elements(tensor) * BitsOf(tensor, hasOutput) / 8));
    }

    private double BitsOf(GgufTensor tensor, bool hasOutput)
    {
        var (fine, coarse) = IsKeptFiner(tensor, hasOutput) ? (Sixth, Eighth) : (Bits, Fallback);
        return Bits == Half || tensor.Shape[0] % SmallBlock != 0 ? Half : tensor.Shape[0] % LargeBlock != 0 ? coarse : fine;
    }

    // What the last step multiplies with is kept finer than the rest.
    private bool IsKeptFiner(GgufTensor tensor, bool hasOutput) => tensor.Name == (hasOutput ? "output.weight" : "token_embd.weight") && Bits < Sixth;

    /// <summary>True when writing the file in this format would change the type of none of its matrices. What the file calls itself says nothing: in a narrow model most weights may be finer than the format's name.</summary>
    private bool Is(GgufHeader source, int most)
    {
        var hasOutput = source.Tensors.Any(tensor => tensor.Name == "output.weight");
        var matrices = source.Tensors.Where(tensor => tensor.Shape.Count > 1 && (tensor.Type != F32 || most == F32)); // a few are never packed
        return matrices.GroupBy(tensor => TypesOf(tensor, hasOutput)).All(alike => alike.All(tensor => alike.Key.Contains(tensor.Type)) && alike.Any(tensor => tensor.Type == alike.Key[0]));
    }

    /// <summary>What it writes a matrix in; where that is one of several, most are the first.</summary>
    private int[] TypesOf(GgufTensor tensor, bool hasOutput) =>
        Bits < Half && tensor.Shape[0] % SmallBlock != 0 ? Odd
        : IsKeptFiner(tensor, hasOutput) ? tensor.Shape[0] % LargeBlock == 0 ? Fine : CoarseFine
        : tensor.Shape[0] % LargeBlock == 0 ? Types : FallbackTypes;

    private string? Refusal(GgufHeader source, (int Type, double Bits) most)
    {
        if (Is(source, most.Type)) { return $"The model's weights are {Name} already: none of them would change. Choose a smaller format."; }
        var told = most.Bits.ToString("0.#", CultureInfo.InvariantCulture);
        return (most.Bits, Bits) switch
        {
            (Half, Half) => most.Type == (Number == F16 ? F16 : BF16) ? $"Most of the model's weights are {Name} already." : null,
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
