using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Tests.Tokens;

/// <summary>A model of one layer with a byte-level vocabulary, whose words are split as a named model splits them.</summary>
internal static class TinyByteModel
{
    internal const string Mark = "<|end|>";

    private const int Width = 32, Bytes = 256, Context = 64;

    /// <param name="file">Where.</param>
    /// <param name="splitter">llama.cpp's name of the splitter (tokenizer.ggml.pre).</param>
    internal static void Write(string file, string splitter)
    {
        var letters = Letters();
        string[] merges = ["h e", "t h", "th e", "Ġ the", "A A", "AA AA", "Ċ Ċ", "Ġ Ġ"];
        string[] tokens = [.. letters, Mark, .. merges.Select(merge => merge.Replace(" ", "", StringComparison.Ordinal))];
        var random = new Random(3);
        var writer = new GgufWriter().Set("general.architecture", "llama").Set("general.name", "tiny " + splitter)
            .Set("llama.context_length", (uint)Context).Set("llama.embedding_length", (uint)Width).Set("llama.block_count", 1u).Set("llama.feed_forward_length", (uint)Width)
            .Set("llama.attention.head_count", 1u).Set("llama.attention.layer_norm_rms_epsilon", 1e-5f)
            .Set("tokenizer.ggml.model", "gpt2").Set("tokenizer.ggml.pre", splitter).Set("tokenizer.ggml.tokens", tokens).Set("tokenizer.ggml.merges", merges)
            .Set("tokenizer.ggml.token_type", [.. tokens.Select((_, i) => i == Bytes ? 3 : 1)])
            .Set("tokenizer.ggml.bos_token_id", (uint)Bytes).Set("tokenizer.ggml.eos_token_id", (uint)Bytes).Set("tokenizer.ggml.add_bos_token", true).Set("tokenizer.ggml.add_eos_token", true);
        Add("token_embd.weight", Width, tokens.Length);
        Add("output.weight", Width, tokens.Length);
        foreach (var name in (string[])["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]) { Add($"blk.0.{name}.weight", Width, Width); }
        foreach (var name in (string[])["output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"]) { writer.Add(name + ".weight", [Width], [.. Enumerable.Repeat(1f, Width)]); }
        using var stream = File.Create(file);
        writer.Write(stream);

        void Add(string name, int from, int to) => writer.Add(name, [from, to], [.. Enumerable.Range(0, from * to).Select(_ => (float)random.NextDouble() - 0.5f)]);
    }

    /// <summary>A character that can be seen for every byte, as byte-level vocabularies write them.</summary>
    private static string[] Letters()
    {
        var hidden = Bytes;
        return [.. Enumerable.Range(0, Bytes).Select(b => char.ToString(b is (> 32 and < 127) or (> 160 and not 173) ? (char)b : (char)hidden++))];
    }
}
