using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native.Gguf;

/// <summary>Refuses a LoRA adapter file that does not fit its base model or holds numbers that no answer survives.</summary>
public static class AdapterCheck
{
    /// <summary>Metadata in which an adapter names the hash of the base model's file that it was trained on.</summary>
    public const string BaseSha256Key = "adapter.base_model.sha256";

    private const string A = ".lora_a", B = ".lora_b", Norm = "_norm.weight";
    private const int MostRank = 1_024, F32 = 0, F16 = 1, BF16 = 30;

    /// <param name="file">The adapter's file, open at its start.</param>
    /// <param name="model">The header of the base model's file.</param>
    /// <param name="modelSha256">The hash of the base model's file.</param>
    /// <returns>The adapter's header and its largest rank.</returns>
    /// <exception cref="GgufException">It is refused; the fault names the reason.</exception>
    public static (GgufHeader Header, int Rank) Run(Stream file, GgufHeader model, string modelSha256)
    {
        var header = GgufReader.Read(file, file.Length);
        var rank = Fit(header, model, modelSha256);
        foreach (var tensor in header.Tensors) { CheckNumbers(file, header, tensor); }
        return (header, rank);
    }

    /// <summary>The same without a look at the numbers, which takes reading the whole file.</summary>
    /// <returns>The adapter's largest rank.</returns>
    /// <exception cref="GgufException">It is refused.</exception>
    public static int Fit(GgufHeader header, GgufHeader model, string modelSha256)
    {
        CheckKind(header, model, modelSha256);
        return CheckPairs(header, model.Tensors.ToDictionary(t => t.Name, StringComparer.Ordinal));
    }

    private static void CheckKind(GgufHeader header, GgufHeader model, string modelSha256)
    {
        var kind = Text(header, "general.type");
        if (kind != "adapter") { throw new GgufException(GgufFault.AdapterBase, $"The file holds a {kind}, not an adapter."); }
        var type = Text(header, "adapter.type");
        if (type != "lora") { throw new GgufException(GgufFault.AdapterBase, $"The adapter is of the type '{type}'; only lora is applied."); }
        if (header.Metadata.ContainsKey("adapter.alora.invocation_tokens")) { throw new GgufException(GgufFault.AdapterBase, "The adapter is an activated LoRA, which is to be switched on by tokens of the prompt; that is not done here. Train a plain LoRA."); }
        var (architecture, expected) = (Text(header, "general.architecture"), Text(model, "general.architecture"));
        if (architecture != expected) { throw new GgufException(GgufFault.AdapterBase, $"The adapter was trained on the architecture '{architecture}'; this model is '{expected}'."); }
        if (header.Metadata.GetValueOrDefault(BaseSha256Key)?.Text is { } trainedOn && !trainedOn.Equals(modelSha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new GgufException(GgufFault.AdapterBase, $"The adapter was trained on the model file {trainedOn}; this one is {modelSha256}. Load the model that it belongs to, or train it again.");
        }
        var alpha = header.Metadata.GetValueOrDefault("adapter.lora.alpha");
        if (alpha is not null && alpha is not { Type: GgufType.F32 }) { throw new GgufException(GgufFault.ValueType, $"adapter.lora.alpha is of the type {alpha.Type}; it must be F32."); }
        if (alpha is not null && !double.IsFinite(alpha.Numbers[0])) { throw new GgufException(GgufFault.AdapterNumbers, string.Create(CultureInfo.InvariantCulture, $"adapter.lora.alpha is {alpha.Numbers[0]}.")); }
    }

    private static int CheckPairs(GgufHeader header, Dictionary<string, GgufTensor> model)
    {
        var tensors = header.Tensors.Where(t => !t.Name.EndsWith(Norm, StringComparison.Ordinal)).ToDictionary(t => t.Name, StringComparer.Ordinal);
        if (tensors.Count == 0) { throw new GgufException(GgufFault.AdapterShape, "The adapter holds no weights."); }
        var most = 0L;
        foreach (var name in tensors.Keys)
        {
            if (!name.EndsWith(A, StringComparison.Ordinal) && !name.EndsWith(B, StringComparison.Ordinal)) { throw new GgufException(GgufFault.AdapterShape, $"The tensor '{name}' is no part of a LoRA: names end in {A} or {B}."); }
            var target = name[..^A.Length];
            if (!tensors.TryGetValue(target + A, out var a) || !tensors.TryGetValue(target + B, out var b)) { throw new GgufException(GgufFault.AdapterShape, $"The adapter lacks '{target}{A}' or '{target}{B}', and one is nothing without the other."); }
            if (!model.TryGetValue(target, out var of)) { throw new GgufException(GgufFault.AdapterBase, $"The adapter changes '{target}', which this model does not have."); }
            most = Math.Max(most, Rank(target, a, b, of));
        }
        return (int)most;
    }

    private static long Rank(string target, GgufTensor a, GgufTensor b, GgufTensor of)
    {
        var isLookup = target.EndsWith("token_embd.weight", StringComparison.Ordinal); // there llama.cpp wants the two the other way round
        var (rank, fits) = isLookup
            ? (Size(a, 0), Size(a, 0) == Size(b, 0) && Size(a, 1) == Size(of, 1) && Size(b, 1) == Size(of, 0))
            : (Size(a, 1), Size(a, 1) == Size(b, 0) && Size(a, 0) == Size(of, 0) && Size(b, 1) == Size(of, 1));
        for (var i = 2; i < 4; i++) { fits &= Size(a, i) == Size(of, i) && Size(b, i) == Size(of, i); }
        if (!fits) { throw new GgufException(GgufFault.AdapterShape, $"The adapter's matrices for '{target}' are {Shape(a)} and {Shape(b)}; they do not fit the model's {Shape(of)}."); }
        var least = Math.Min(Size(of, 0), Size(of, 1));
        if (rank < 1 || rank > least) { throw new GgufException(GgufFault.AdapterShape, $"The adapter's rank for '{target}' is {rank}; for the model's {Shape(of)} it must be 1 to {least}."); }
        return rank <= MostRank ? rank : throw new GgufException(GgufFault.AdapterShape, $"The adapter's rank is {rank}; {MostRank} is the most.");
    }

    private static long Size(GgufTensor tensor, int dimension) => dimension < tensor.Shape.Count ? tensor.Shape[dimension] : 1;

    private static string Shape(GgufTensor tensor) => string.Join(" x ", tensor.Shape);

    /// <summary>A number whose exponent is all ones is infinite or none at all.</summary>
    private static void CheckNumbers(Stream file, GgufHeader header, GgufTensor tensor)
    {
        if (tensor.Type is not (F32 or F16 or BF16)) { throw new GgufException(GgufFault.TensorType, $"The tensor '{tensor.Name}' has the type {tensor.Type}; adapters are F32 (0), F16 (1) or BF16 (30)."); }
        file.Position = header.DataOffset + tensor.Offset;
        var buffer = new byte[64 << 10];
        for (var left = tensor.Bytes; left > 0;)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            file.ReadExactly(part);
            var bad = tensor.Type switch
            {
                F32 => AnyOf(MemoryMarshal.Cast<byte, uint>(part), 0x7F80_0000u),
                F16 => AnyOf(MemoryMarshal.Cast<byte, ushort>(part), (ushort)0x7C00),
                _ => AnyOf(MemoryMarshal.Cast<byte, ushort>(part), (ushort)0x7F80),
            };
            if (bad) { throw new GgufException(GgufFault.AdapterNumbers, $"The tensor '{tensor.Name}' of the adapter holds infinite numbers or NaN. Its training failed: take an earlier checkpoint."); }
            left -= part.Length;
        }
    }

    private static bool AnyOf<T>(ReadOnlySpan<T> bits, T exponent) where T : unmanaged, IBinaryInteger<T>
    {
        var mask = new Vector<T>(exponent);
        var i = 0;
        for (; i <= bits.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            if (Vector.EqualsAny(new Vector<T>(bits[i..]) & mask, mask)) { return true; }
        }
        for (; i < bits.Length; i++)
        {
            if ((bits[i] & exponent) == exponent) { return true; }
        }
        return false;
    }

    private static string Text(GgufHeader header, string key) =>
        header.Metadata.GetValueOrDefault(key)?.Text ?? throw new GgufException(GgufFault.MissingKey, $"The metadata lacks the text '{key}'.");
}
