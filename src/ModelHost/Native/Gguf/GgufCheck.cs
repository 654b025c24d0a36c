using System.Globalization;

namespace Platform.ModelHost.Native.Gguf;

/// <summary>Refuses a model file that would harm the native loader, which ends the process where it does not expect a value.</summary>
public static class GgufCheck
{
    private const int MostLayers = 512, MostExperts = 512, ByteToken = 6;

    /// <exception cref="GgufException">It is refused; the fault names the reason.</exception>
    public static void Run(string path) => Run(GgufReader.Read(path));

    /// <inheritdoc cref="Run(string)"/>
    public static void Run(GgufHeader header)
    {
        var architecture = Text(header, "general.architecture");
        if (header.Metadata.TryGetValue("general.type", out var kind) && kind.Text is { } type && type != "model")
        {
            throw new GgufException(GgufFault.ModelShape, $"The file holds a {type}, not a model.");
        }
        if (header.Metadata.ContainsKey("split.count") && Whole(header, "split.count", 0, int.MaxValue) > 1)
        {
            throw new GgufException(GgufFault.Split, "The file is one part of a model in several. Join the parts with llama-gguf-split --merge and name the result.");
        }
        if (header.Tensors.Count == 0) { throw new GgufException(GgufFault.ModelShape, "The file holds no weights."); }
        CheckShape(header, architecture);
        CheckVocabulary(header);
    }

    private static void CheckShape(GgufHeader header, string architecture)
    {
        Whole(header, architecture + ".context_length", 1, int.MaxValue);
        Whole(header, architecture + ".block_count", 1, MostLayers);
        Whole(header, architecture + ".embedding_length", 1, 1 << 20);
        foreach (var (key, value) in header.Metadata)
        {
            if (value.Type is GgufType.F32 or GgufType.F64 && key.StartsWith(architecture + ".", StringComparison.Ordinal)) { CheckNumber(key, value.Numbers[0]); }
        }
        var experts = header.Metadata.ContainsKey(architecture + ".expert_count") ? Whole(header, architecture + ".expert_count", 0, MostExperts) : 0;
        CheckExpertsUsed(header, architecture + ".expert_used_count", experts);
    }

    /// <summary>One number, or one a layer.</summary>
    private static void CheckExpertsUsed(GgufHeader header, string key, long experts)
    {
        var used = header.Metadata.GetValueOrDefault(key);
        if (used is null && experts == 0) { return; }
        if (used is not { Type: GgufType.List, Count: > 0 }) { Whole(header, key, Math.Min(1, experts), experts); }
        else if (used.Least < 0 || used.Most > experts || (experts > 0 && used.Most < 1)) { throw new GgufException(GgufFault.ModelShape, $"'{key}' is {used.Least} to {used.Most} of {experts} experts."); }
    }

    private static void CheckNumber(string key, double number)
    {
        if (!double.IsFinite(number) || (key.EndsWith("epsilon", StringComparison.Ordinal) && number is < 0 or > 1))
        {
            throw new GgufException(GgufFault.ModelShape, string.Create(CultureInfo.InvariantCulture, $"'{key}' is {number}, which no model computes with."));
        }
    }

    private static void CheckVocabulary(GgufHeader header)
    {
        var tokenizer = Text(header, "tokenizer.ggml.model");
        if (tokenizer is "none" or "no_vocab") { return; }
        var tokens = header.Metadata.GetValueOrDefault("tokenizer.ggml.tokens") ?? throw Missing("tokenizer.ggml.tokens");
        if (tokens is not { Type: GgufType.List, ElementType: GgufType.Text, Count: >= 1 })
        {
            throw new GgufException(GgufFault.Vocabulary, "tokenizer.ggml.tokens must be a list of texts.");
        }
        if (tokens.Distinct < tokens.Count)
        {
            throw new GgufException(GgufFault.Vocabulary, $"tokenizer.ggml.tokens lists {tokens.Count - tokens.Distinct} tokens twice. The file is damaged or was converted wrongly.");
        }
        SameLength(header, "tokenizer.ggml.scores", GgufType.F32, tokens.Count);
        SameLength(header, "tokenizer.ggml.token_type", GgufType.I32, tokens.Count);
        var mostType = tokenizer == "bert" ? ByteToken - 1 : ByteToken; // WordPiece has no bytes
        if (header.Metadata.TryGetValue("tokenizer.ggml.token_type", out var types) && (types.Least < 0 || types.Most > mostType))
        {
            throw new GgufException(GgufFault.Vocabulary, $"tokenizer.ggml.token_type holds the types {types.Least} to {types.Most}; they must be 0 to {mostType}.");
        }
    }

    private static void SameLength(GgufHeader header, string key, GgufType element, long count)
    {
        if (!header.Metadata.TryGetValue(key, out var list)) { return; }
        if (list.Type != GgufType.List || list.ElementType != element || list.Count != count)
        {
            throw new GgufException(GgufFault.Vocabulary, $"{key} must be a list of {count} values of the type {element}, one a token; it is {list.Count} of the type {list.ElementType}.");
        }
    }

    private static string Text(GgufHeader header, string key) =>
        header.Metadata.TryGetValue(key, out var value) ? value is { Type: GgufType.Text, Text: { Length: > 0 } text } ? text
            : throw new GgufException(GgufFault.ValueType, $"'{key}' must be a text.") : throw Missing(key);

    private static long Whole(GgufHeader header, string key, long least, long most)
    {
        var value = header.Metadata.GetValueOrDefault(key) ?? throw Missing(key);
        var isWhole = value.Type is GgufType.U8 or GgufType.I8 or GgufType.U16 or GgufType.I16 or GgufType.U32 or GgufType.I32 or GgufType.U64 or GgufType.I64;
        if (isWhole && value.Numbers[0] >= least && value.Numbers[0] <= most) { return (long)value.Numbers[0]; }
        throw new GgufException(isWhole ? GgufFault.ModelShape : GgufFault.ValueType, string.Create(CultureInfo.InvariantCulture, $"'{key}' is {(isWhole ? value.Numbers[0] : value.Type)}; it must be a whole number of {least} to {most}."));
    }

    private static GgufException Missing(string key) => new(GgufFault.MissingKey, $"The metadata lacks '{key}', which every model has.");
}
