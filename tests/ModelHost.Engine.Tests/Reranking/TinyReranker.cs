using System.Numerics.Tensors;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Tests.Reranking;

/// <summary>A cross-encoder of one BERT layer with random weights: written as a GGUF file, and computed here a second time without llama.cpp.</summary>
internal sealed class TinyReranker
{
    internal const int Begin = 2, Separator = 3, Context = 48;

    private const int Width = 32, Heads = 2, Inner = 64, HeadWidth = Width / Heads;
    private const float Epsilon = 1e-6f;

    private static readonly string[] Words = ["the", "cat", "dog", "sleeps", "barks", "leave", "annual", "days", "printer", "paper", "in", "of", "is", "a", "how", "many"];
    private static readonly string[] Tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Words.Select(w => "▁" + w)];

    private readonly Random random = new(5);
    private readonly Dictionary<string, float[]> weights = [];
    private readonly List<(string Name, long[] Shape)> order = [];

    internal TinyReranker()
    {
        Make("token_embd.weight", 1, Width, Tokens.Length);
        Make("token_types.weight", 1, Width, 2);
        Make("position_embd.weight", 0.5f, Width, Context);
        Norm("token_embd_norm");
        foreach (var name in (string[])["attn_q", "attn_k", "attn_v", "attn_output"]) { Linear("blk.0." + name, Width, Width); }
        Norm("blk.0.attn_output_norm");
        Linear("blk.0.ffn_up", Width, Inner);
        Linear("blk.0.ffn_down", Inner, Width);
        Norm("blk.0.layer_output_norm");
        Linear("cls", Width, Width);
        Linear("cls.output", Width, 1);
    }

    /// <param name="file">Where.</param>
    /// <param name="template">How a pair is shown; null for separators.</param>
    /// <param name="withHead">False leaves out what turns a vector into a score.</param>
    internal void Write(string file, string? template = null, bool withHead = true)
    {
        var writer = new GgufWriter().Set("general.architecture", "bert").Set("general.name", "tiny reranker")
            .Set("bert.context_length", (uint)Context).Set("bert.embedding_length", (uint)Width).Set("bert.block_count", 1u).Set("bert.feed_forward_length", (uint)Inner)
            .Set("bert.attention.head_count", (uint)Heads).Set("bert.attention.layer_norm_epsilon", Epsilon).Set("bert.attention.causal", false).Set("bert.pooling_type", 4u)
            .Set("tokenizer.ggml.model", "bert").Set("tokenizer.ggml.token_type_count", 2u).Set("tokenizer.ggml.tokens", Tokens)
            .Set("tokenizer.ggml.token_type", [.. Tokens.Select((_, i) => i == 1 ? 2 : i < 5 ? 3 : 1)])
            .Set("tokenizer.ggml.bos_token_id", (uint)Begin).Set("tokenizer.ggml.cls_token_id", (uint)Begin).Set("tokenizer.ggml.seperator_token_id", (uint)Separator)
            .Set("tokenizer.ggml.unknown_token_id", 1u).Set("tokenizer.ggml.padding_token_id", 0u).Set("tokenizer.ggml.mask_token_id", 4u);
        if (template is not null) { writer.Set("tokenizer.chat_template.rerank", template); }
        foreach (var (name, shape) in order.Where(t => withHead || !t.Name.StartsWith("cls", StringComparison.Ordinal))) { writer.Add(name, shape, weights[name]); }
        using var stream = File.Create(file);
        writer.Write(stream);
    }

    /// <summary>What the network says of a pair.</summary>
    internal float Score(IReadOnlyList<int> tokens)
    {
        var x = tokens.Select((token, at) => Normalised("token_embd_norm", Sum(Row("token_embd.weight", token), Row("token_types.weight", 0), Row("position_embd.weight", at)))).ToArray();
        var (q, k, v) = (Each("blk.0.attn_q"), Each("blk.0.attn_k"), Each("blk.0.attn_v"));
        x = [.. x.Select((row, at) => Normalised("blk.0.attn_output_norm", Sum(row, Apply("blk.0.attn_output", Attend(at)))))];
        x = [.. x.Select(row => Normalised("blk.0.layer_output_norm", Sum(row, Apply("blk.0.ffn_down", [.. Apply("blk.0.ffn_up", row).Select(Gelu)]))))];
        return Apply("cls.output", [.. Apply("cls", x[0]).Select(MathF.Tanh)])[0];

        float[][] Each(string name) => [.. x.Select(row => Apply(name, row))];

        float[] Attend(int at)
        {
            var mixed = new float[Width];
            for (var head = 0; head < Heads; head++)
            {
                var part = new Range(head * HeadWidth, (head + 1) * HeadWidth);
                var shares = k.Select(key => TensorPrimitives.Dot<float>(q[at].AsSpan()[part], key.AsSpan()[part]) / MathF.Sqrt(HeadWidth)).ToArray();
                TensorPrimitives.SoftMax<float>(shares, shares);
                for (var i = 0; i < v.Length; i++)
                {
                    for (var n = part.Start.Value; n < part.End.Value; n++) { mixed[n] += shares[i] * v[i][n]; }
                }
            }
            return mixed;
        }
    }

    private static float[] Sum(params float[][] rows) => [.. Enumerable.Range(0, Width).Select(i => rows.Sum(row => row[i]))];

    private static float Gelu(float x) => 0.5f * x * (1 + MathF.Tanh(MathF.Sqrt(2 / MathF.PI) * (x + 0.044715f * x * x * x)));

    private float[] Row(string name, int at) => weights[name][(at * Width)..((at + 1) * Width)];

    private float[] Normalised(string name, float[] row)
    {
        var mean = row.Average();
        var deviation = MathF.Sqrt(row.Average(n => (n - mean) * (n - mean)) + Epsilon);
        return [.. row.Select((n, i) => (n - mean) / deviation * weights[name + ".weight"][i] + weights[name + ".bias"][i])];
    }

    private float[] Apply(string name, float[] row)
    {
        var (matrix, bias) = (weights[name + ".weight"], weights[name + ".bias"]);
        return [.. bias.Select((b, to) => b + TensorPrimitives.Dot<float>(matrix.AsSpan(to * row.Length, row.Length), row))];
    }

    private void Linear(string name, int from, int to)
    {
        Make(name + ".weight", 2 / MathF.Sqrt(from), from, to);
        Make(name + ".bias", 0.1f, to);
    }

    private void Norm(string name)
    {
        Make(name + ".weight", 0.5f, Width);
        TensorPrimitives.Add(weights[name + ".weight"], 1, weights[name + ".weight"]);
        Make(name + ".bias", 0.2f, Width);
    }

    private void Make(string name, float scale, params int[] shape)
    {
        weights[name] = [.. Enumerable.Range(0, shape.Aggregate((a, b) => a * b)).Select(_ => (float)(random.NextDouble() * 2 - 1) * scale)];
        order.Add((name, [.. shape.Select(length => (long)length)]));
    }
}
