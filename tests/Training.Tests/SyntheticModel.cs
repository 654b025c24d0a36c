using System.Buffers.Binary;
using Platform.ModelHost.Native.Gguf;
using Platform.ModelHost.Native.Tensors;

namespace Platform.Training.Tests;

/// <summary>A small random model of any trained architecture, written as a GGUF that llama.cpp loads.</summary>
internal sealed record SyntheticModel
{
    internal string Architecture { get; init; } = "llama";

    internal TensorType Type { get; init; } = TensorType.F32;

    internal int Layers { get; init; } = 2;

    internal int Width { get; init; } = 64;

    internal int Inner { get; init; } = 96;

    internal int Vocabulary { get; init; } = 96;

    internal int Heads { get; init; } = 4;

    internal int KeyHeads { get; init; } = 2;

    internal int HeadWidth { get; init; } = 16;

    internal bool HasOwnHead { get; init; } = true;

    /// <summary>Changes numbers before they are written: name, numbers.</summary>
    internal Action<string, float[]> Change { get; init; } = (_, _) => { };

    /// <summary>Writes the file.</summary>
    /// <returns>Its path.</returns>
    internal string Write(TemporaryFolder folder)
    {
        var path = Path.Combine(folder.Path, $"{Guid.NewGuid():N}.gguf");
        var (writer, a) = (new GgufWriter(), Architecture);
        writer.Set("general.architecture", a).Set("tokenizer.ggml.model", "no_vocab")
            .Set(a + ".vocab_size", (uint)Vocabulary).Set(a + ".context_length", 512u).Set(a + ".embedding_length", (uint)Width).Set(a + ".block_count", (uint)Layers)
            .Set(a + ".feed_forward_length", (uint)Inner).Set(a + ".attention.head_count", (uint)Heads).Set(a + ".attention.head_count_kv", (uint)KeyHeads)
            .Set(a + ".attention.key_length", (uint)HeadWidth).Set(a + ".attention.value_length", (uint)HeadWidth)
            .Set(a + ".rope.dimension_count", (uint)HeadWidth).Set(a + ".rope.freq_base", 10_000f).Set(a + ".attention.layer_norm_rms_epsilon", 1e-5f);
        var random = new Random(7);
        Matrix("token_embd", Width, Vocabulary, 0.7f);
        Vector("output_norm.weight", Width, 1);
        if (HasOwnHead) { Matrix("output", Width, Vocabulary, 0.1f); }
        for (var layer = 0; layer < Layers; layer++) { Layer($"blk.{layer}."); }
        using (var file = File.Create(path)) { writer.Write(file); }
        return path;

        void Layer(string prefix)
        {
            Vector(prefix + "attn_norm.weight", Width, 1);
            Vector(prefix + "ffn_norm.weight", Width, 1);
            Projection(prefix + "attn_q", Width, Heads * HeadWidth);
            Projection(prefix + "attn_k", Width, KeyHeads * HeadWidth);
            Projection(prefix + "attn_v", Width, KeyHeads * HeadWidth);
            Matrix(prefix + "attn_output", Heads * HeadWidth, Width, 0.1f);
            Matrix(prefix + "ffn_gate", Width, Inner, 0.15f);
            Matrix(prefix + "ffn_up", Width, Inner, 0.15f);
            Matrix(prefix + "ffn_down", Inner, Width, 0.1f);
            if (Architecture != "qwen3") { return; }
            Vector(prefix + "attn_q_norm.weight", HeadWidth, 1);
            Vector(prefix + "attn_k_norm.weight", HeadWidth, 1);
        }

        void Projection(string name, int length, int rows)
        {
            Matrix(name, length, rows, 0.15f);
            if (Architecture == "qwen2") { Vector(name + ".bias", rows, 0); }
        }

        void Vector(string name, int length, float middle) => Add(name, [length], TensorType.F32, [.. Numbers(length, 0.2f).Select(x => x + middle)]);

        void Matrix(string name, int length, int rows, float spread) => Add(name + ".weight", [length, rows], Type, Numbers(length * rows, spread * MathF.Sqrt(64f / length)));

        void Add(string name, long[] shape, TensorType type, float[] numbers)
        {
            Change(name, numbers);
            writer.Add(name, shape, (int)type, stream => stream.Write(TensorData.CanMake(type) ? TensorData.FromFloats(type, numbers, (int)shape[0]) : Codes(type, numbers)));
        }

        float[] Numbers(int count, float spread)
        {
            var numbers = new float[count];
            for (var i = 0; i < count; i++) { numbers[i] = (float)((random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2 * spread); }
            return numbers;
        }
    }
    /// <summary>For the types that ggml makes only with statistics of use: any codes are numbers of theirs, and the scale of each block lets those be as large as the ones asked for.</summary>
    private static byte[] Codes(TensorType type, float[] numbers)
    {
        var (bytes, read) = (new byte[TensorData.Bytes(type, numbers.Length)], new float[numbers.Length]);
        new Random(numbers.Length).NextBytes(bytes);
        SetScale(Half.One);
        TensorData.ToFloats(type, bytes, read);
        SetScale((Half)(Spread(numbers) / Spread(read)));
        return bytes;

        void SetScale(Half scale)
        {
            var (bits, length) = (BitConverter.HalfToUInt16Bits(scale), (int)TensorData.Bytes(type, 256));
            for (var block = 0; block < bytes.Length; block += length)
            {
                if (type != (TensorType)29) { BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(block), bits); }
                else { for (var i = 0; i < 4; i++) { bytes[block + length - 7 + 2 * i] = (byte)((bytes[block + length - 7 + 2 * i] & 15) | ((bits >> (4 * i) & 15) << 4)); } } // IQ1_M has it in the upper quarters of its last four words
            }
        }

        static double Spread(float[] of) => Math.Sqrt(of.Average(x => (double)x * x));
    }
}
