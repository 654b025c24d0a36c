using System.Buffers.Binary;
using Platform.ModelHost.Native.Gguf;

namespace Platform.Benchmarks.Engine;

/// <summary>A model in the shape of Qwen3 0.6B with random weights in Q4_0, embedding and output in Q6_K as llama.cpp's own Q4_0 has them. Its text means nothing; its speed is the real one's.</summary>
/// <remarks>
/// Of its 151,936 tokens the <see cref="ChainTokens"/> from <see cref="Chain"/> on follow each other in a ring whatever stood before: there the output's row of a token
/// is the embedding of the one before it. That is how a model without sense copies. After all other tokens the random layers decide, so that text depends on context.
/// The output is therefore a tensor of its own; a real one shares the embedding's, of the same type and size.
/// </remarks>
internal static class SyntheticModel
{
    internal const int Chain = 1_000, ChainTokens = 256;

    private const int Vocabulary = 151_936, FirstWord = 259;
    private const int Width = 1_024, Layers = 28, Heads = 16, SharedHeads = 8, HeadWidth = 128, Inner = 3_072, Rank = 16;
    private const int Q40 = 2, Q40Block = 32, Q40Bytes = 18, Q6K = 14, Q6KBlock = 256, Q6KBytes = 210;
    private const float EmbeddingScale = 0.0034f, ProjectionScale = 0.0072f, AttentionOutScale = 0.0026f, DownScale = 0.0014f; // layers together add about 1.5 times the embedding
    private static readonly byte[] TwoNibbles = [.. Enumerable.Range(0, 256).Select(b => (byte)(b < 225 ? (1 + b % 15) | (1 + b / 15) << 4 : 0x88))]; // 1 to 15 around 8: no mean

    /// <summary>Tokens that follow no fixed order, for prompts.</summary>
    internal static int[] Prompt(int seed, int tokens)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, tokens).Select(_ => random.Next(Chain + 2 * ChainTokens, Vocabulary))];
    }

    internal static int[] Ring(int from, int tokens) => [.. Enumerable.Range(from, tokens).Select(i => Chain + i % ChainTokens)];

    internal static void Write(string file)
    {
        var random = 1ul;
        var writer = new GgufWriter().Set("general.architecture", "qwen3").Set("general.name", "Random numbers in the shape of Qwen3 0.6B").Set("general.file_type", 2u)
            .Set("qwen3.context_length", 40_960u).Set("qwen3.embedding_length", (uint)Width).Set("qwen3.block_count", (uint)Layers).Set("qwen3.feed_forward_length", (uint)Inner)
            .Set("qwen3.attention.head_count", (uint)Heads).Set("qwen3.attention.head_count_kv", (uint)SharedHeads).Set("qwen3.attention.key_length", (uint)HeadWidth).Set("qwen3.attention.value_length", (uint)HeadWidth)
            .Set("qwen3.attention.layer_norm_rms_epsilon", 1e-6f).Set("qwen3.rope.freq_base", 1e6f);
        Words(writer);
        writer.Add("token_embd.weight", [Width, Vocabulary], Q6K, stream => Rows(stream, token => (ulong)token))
            .Add("output.weight", [Width, Vocabulary], Q6K, stream => Rows(stream, token => token is >= Chain and < Chain + ChainTokens ? (ulong)(Chain + (token - Chain + ChainTokens - 1) % ChainTokens) : (ulong)(token + Vocabulary)))
            .Add("output_norm.weight", [Width], Ones(Width));
        for (var i = 0; i < Layers; i++)
        {
            var layer = $"blk.{i}.";
            writer.Add(layer + "attn_norm.weight", [Width], Ones(Width)).Add(layer + "ffn_norm.weight", [Width], Ones(Width))
                .Add(layer + "attn_q_norm.weight", [HeadWidth], [.. Ones(HeadWidth).Select(n => n * 2)]).Add(layer + "attn_k_norm.weight", [HeadWidth], Ones(HeadWidth));
            Add("attn_q", Width, Heads * HeadWidth, ProjectionScale);
            Add("attn_k", Width, SharedHeads * HeadWidth, ProjectionScale);
            Add("attn_v", Width, SharedHeads * HeadWidth, ProjectionScale);
            Add("attn_output", Heads * HeadWidth, Width, AttentionOutScale);
            Add("ffn_gate", Width, Inner, ProjectionScale);
            Add("ffn_up", Width, Inner, ProjectionScale);
            Add("ffn_down", Inner, Width, DownScale);

            void Add(string name, int from, int to, float scale)
            {
                var seed = random++;
                writer.Add($"{layer}{name}.weight", [from, to], Q40, stream => Projection(stream, seed, from * to, scale));
            }
        }
        Put(file, writer);
    }

    /// <summary>An adapter that changes what the model says and nothing of its speed worth telling.</summary>
    internal static void WriteAdapter(string file)
    {
        var random = new Random(7);
        var writer = new GgufWriter().Set("general.type", "adapter").Set("general.architecture", "qwen3").Set("adapter.type", "lora").Set("adapter.lora.alpha", (float)Rank);
        for (var i = Layers - 8; i < Layers; i++)
        {
            writer.Add($"blk.{i}.ffn_down.weight.lora_a", [Inner, Rank], Numbers(Inner * Rank)).Add($"blk.{i}.ffn_down.weight.lora_b", [Rank, Width], Numbers(Rank * Width));
        }
        Put(file, writer);

        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5) * 0.14f)];
    }

    private static void Put(string file, GgufWriter writer)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using (var stream = new FileStream(file + ".part", FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20)) { writer.Write(stream); }
        File.Move(file + ".part", file, overwrite: true);
    }

    /// <summary>SentencePiece's kind of vocabulary: three controls, the bytes, then made-up words of five letters.</summary>
    private static void Words(GgufWriter writer)
    {
        const int normal = 1, unknown = 2, control = 3, single = 6;
        string[] first = ["<unk>", "<s>", "</s>"];
        writer.Set("tokenizer.ggml.model", "llama")
            .Set("tokenizer.ggml.tokens", [.. Enumerable.Range(0, Vocabulary).Select(i => i < 3 ? first[i] : i < FirstWord ? $"<0x{i - 3:X2}>" : Word(i))])
            .Set("tokenizer.ggml.scores", [.. Enumerable.Range(0, Vocabulary).Select(i => i < FirstWord ? 0f : -i)])
            .Set("tokenizer.ggml.token_type", [.. Enumerable.Range(0, Vocabulary).Select(i => i == 0 ? unknown : i < 3 ? control : i < FirstWord ? single : normal)])
            .Set("tokenizer.ggml.bos_token_id", 1u).Set("tokenizer.ggml.eos_token_id", 2u).Set("tokenizer.ggml.unknown_token_id", 0u);
    }

    private static string Word(int number) => string.Create(6, number, static (text, n) =>
    {
        text[0] = '▁';
        for (var i = 5; i > 0; i--, n /= 26) { text[i] = (char)('a' + n % 26); }
    });

    private static float[] Ones(int count)
    {
        var ones = new float[count];
        Array.Fill(ones, 1f);
        return ones;
    }

    private static void Projection(Stream stream, ulong seed, int count, float scale)
    {
        var bytes = new byte[count / Q40Block * Q40Bytes];
        Fill(bytes, seed << 32);
        for (var i = 0; i < bytes.Length; i += Q40Bytes)
        {
            BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(i), (Half)scale);
            for (var j = i + 2; j < i + Q40Bytes; j++) { bytes[j] = TwoNibbles[bytes[j]]; }
        }
        stream.Write(bytes);
    }

    private static void Rows(Stream stream, Func<int, ulong> seedOf)
    {
        var row = new byte[Width / Q6KBlock * Q6KBytes];
        for (var token = 0; token < Vocabulary; token++)
        {
            Fill(row, seedOf(token) << 16);
            for (var i = 0; i < row.Length; i += Q6KBytes)
            {
                row.AsSpan(i + 192, 16).Fill(16); // scales of 16 weights each, then the block's
                BinaryPrimitives.WriteHalfLittleEndian(row.AsSpan(i + 208), (Half)EmbeddingScale);
            }
            stream.Write(row);
        }
    }

    /// <summary>SplitMix64: the same numbers on every machine.</summary>
    private static void Fill(Span<byte> bytes, ulong state)
    {
        Span<byte> eight = stackalloc byte[8];
        for (var i = 0; i < bytes.Length; i += 8)
        {
            var z = unchecked(state += 0x9E3779B97F4A7C15);
            z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
            z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
            BinaryPrimitives.WriteUInt64LittleEndian(eight, z ^ (z >> 31));
            eight[..Math.Min(8, bytes.Length - i)].CopyTo(bytes[i..]);
        }
    }
}
