using System.Buffers.Binary;
using System.Text;

namespace Platform.ModelHost.Native.Tests.Gguf;

/// <summary>A whole llama model of 75 kB, written here byte by byte so that tests can put anything in any place. llama.cpp loads it as it stands.</summary>
internal sealed class TinyModel
{
    private const int Width = 32, Heads = 2, Inner = 64, Layers = 2, Alignment = 32;

    /// <summary>Entries of the metadata: key, type, raw value.</summary>
    internal List<(string Key, uint Type, byte[] Value)> Metadata { get; } = [];

    /// <summary>Tensors: name, shape, type; all numbers a little above zero.</summary>
    internal List<(string Name, ulong[] Shape, uint Type)> Tensors { get; } = [];

    internal byte[] Magic { get; set; } = "GGUF"u8.ToArray();

    internal uint Version { get; set; } = 3;

    internal ulong? TensorCount { get; set; }

    internal ulong? KeyCount { get; set; }

    /// <summary>Changes an offset in the tensor table.</summary>
    internal Func<string, ulong, ulong> Offset { get; set; } = (_, offset) => offset;

    /// <summary>Where the weights begin in the last file written.</summary>
    internal int HeaderBytes { get; private set; }

    /// <summary>Where the lists of the vocabulary stand in the last file written.</summary>
    internal Range VocabularyBytes { get; private set; }

    internal TinyModel()
    {
        Text("general.architecture", "llama");
        Text("general.name", "tiny");
        U32("llama.context_length", 64);
        U32("llama.embedding_length", Width);
        U32("llama.block_count", Layers);
        U32("llama.feed_forward_length", Inner);
        U32("llama.attention.head_count", Heads);
        U32("llama.attention.head_count_kv", Heads);
        U32("llama.rope.dimension_count", Width / Heads);
        Number("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        Number("llama.rope.freq_base", 10_000);
        Text("tokenizer.ggml.model", "llama");
        var tokens = Tokens();
        List("tokenizer.ggml.tokens", 8, tokens.Select(t => Sized(t.Text)));
        List("tokenizer.ggml.scores", 6, tokens.Select((_, i) => BitConverter.GetBytes((float)-i)));
        List("tokenizer.ggml.token_type", 5, tokens.Select(t => BitConverter.GetBytes(t.Kind)));
        U32("tokenizer.ggml.bos_token_id", 1);
        U32("tokenizer.ggml.eos_token_id", 2);
        Weights(tokens.Count);
    }

    internal void U32(string key, uint value) => Set(key, 4, BitConverter.GetBytes(value));

    internal void Number(string key, float value) => Set(key, 6, BitConverter.GetBytes(value));

    internal void Text(string key, string value) => Set(key, 8, Sized(value));

    internal void List(string key, uint element, IEnumerable<byte[]> items)
    {
        var all = items.ToArray();
        Set(key, 9, [.. BitConverter.GetBytes(element), .. BitConverter.GetBytes((ulong)all.Length), .. all.SelectMany(i => i)]);
    }

    internal void Set(string key, uint type, byte[] value)
    {
        var at = Metadata.FindIndex(m => m.Key == key);
        if (at < 0) { Metadata.Add((key, type, value)); } else { Metadata[at] = (key, type, value); }
    }

    internal byte[] Write()
    {
        using var bytes = new MemoryStream();
        bytes.Write(Magic);
        bytes.Write(BitConverter.GetBytes(Version));
        bytes.Write(BitConverter.GetBytes(TensorCount ?? (ulong)Tensors.Count));
        bytes.Write(BitConverter.GetBytes(KeyCount ?? (ulong)Metadata.Count));
        var vocabularyAt = 0;
        foreach (var (key, type, value) in Metadata)
        {
            if (key == "tokenizer.ggml.tokens") { vocabularyAt = (int)bytes.Length; }
            if (key == "tokenizer.ggml.bos_token_id") { VocabularyBytes = vocabularyAt..(int)bytes.Length; }
            bytes.Write(Sized(key));
            bytes.Write(BitConverter.GetBytes(type));
            bytes.Write(value);
        }
        var offset = 0UL;
        foreach (var (name, shape, type) in Tensors)
        {
            bytes.Write(Sized(name));
            bytes.Write(BitConverter.GetBytes((uint)shape.Length));
            foreach (var length in shape) { bytes.Write(BitConverter.GetBytes(length)); }
            bytes.Write(BitConverter.GetBytes(type));
            bytes.Write(BitConverter.GetBytes(Offset(name, offset)));
            offset = Aligned(offset + Size(shape));
        }
        while (bytes.Length % Alignment != 0) { bytes.WriteByte(0); }
        HeaderBytes = (int)bytes.Length;
        var weights = new byte[offset];
        for (var i = 0; i < weights.Length; i += 4) { BinaryPrimitives.WriteSingleLittleEndian(weights.AsSpan(i), 0.01f + i % 97 * 0.001f); }
        bytes.Write(weights);
        return bytes.ToArray();
    }

    internal static byte[] Sized(string text) => [.. BitConverter.GetBytes((ulong)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    private static List<(string Text, int Kind)> Tokens()
    {
        List<(string, int)> tokens = [("<unk>", 2), ("<s>", 3), ("</s>", 3)];
        for (var i = 0; i < 256; i++) { tokens.Add(($"<0x{i:X2}>", 6)); }
        tokens.Add(("▁", 1));
        for (var c = 'a'; c <= 'z'; c++) { tokens.Add((c.ToString(), 1)); }
        return tokens;
    }

    private void Weights(int tokens)
    {
        Tensors.Add(("token_embd.weight", [Width, (ulong)tokens], 0));
        Tensors.Add(("output_norm.weight", [Width], 0));
        for (var layer = 0; layer < Layers; layer++)
        {
            foreach (var norm in (string[])["attn_norm", "ffn_norm"]) { Tensors.Add(($"blk.{layer}.{norm}.weight", [Width], 0)); }
            foreach (var square in (string[])["attn_q", "attn_k", "attn_v", "attn_output"]) { Tensors.Add(($"blk.{layer}.{square}.weight", [Width, Width], 0)); }
            foreach (var up in (string[])["ffn_gate", "ffn_up"]) { Tensors.Add(($"blk.{layer}.{up}.weight", [Width, Inner], 0)); }
            Tensors.Add(($"blk.{layer}.ffn_down.weight", [Inner, Width], 0));
        }
    }

    private static ulong Size(ulong[] shape) => 4 * shape.Aggregate(1UL, (a, b) => unchecked(a * b)) is var size && size < 1 << 20 ? size : 64;

    private static ulong Aligned(ulong offset) => (offset + Alignment - 1) / Alignment * Alignment;
}
