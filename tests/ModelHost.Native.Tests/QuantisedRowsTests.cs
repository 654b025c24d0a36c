using System.Runtime.InteropServices;
using Platform.ModelHost.Native.Gguf;
using Platform.ModelHost.Native.QuantisedRows;
using Platform.ModelHost.Native.Tensors;

namespace Platform.ModelHost.Native.Tests;

/// <summary>The backend of ours for Q6_K, against ggml's own kernel and through llama.cpp.</summary>
public sealed unsafe class QuantisedRowsTests
{
    private const int Q6K = 14, Blocks = 3, Length = Blocks * Q6KColumns.Block, Rows = 37;

    private readonly LlamaLibrary library = LlamaLibrary.Load();

    [Fact]
    public void A_processor_that_can_has_the_backend_among_its_devices() => Assert.Equal(RowsBackend.IsSupported, library.Devices.Any(d => d.Name == RowsBackend.Name));

    [Fact]
    public void Its_structs_have_ggmls_sizes()
    {
        Assert.Equal((336, 48, 136, 152), (sizeof(GgmlTensor), sizeof(GgmlBackendReg), sizeof(GgmlBackendDevice), sizeof(GgmlBackend)));
        Assert.Equal((nuint)(sizeof(GgmlTensor) + 32), Ggml.ggml_tensor_overhead());
    }

    /// <summary>Equal to the last bit: a token's logits must not depend on how many stand beside it. Small and large numbers of columns, one thread and several.</summary>
    [Theory]
    [InlineData(2, 1)]
    [InlineData(8, 1)]
    [InlineData(33, 1)]
    [InlineData(70, 3)]
    public void Products_are_those_of_ggmls_own_kernel_to_the_last_bit(int columns, int threads)
    {
        if (!RowsBackend.IsSupported)
        {
            Assert.DoesNotContain(library.Devices, d => d.Name == RowsBackend.Name);
            return;
        }
        var weights = Weights(1, Rows);
        var numbers = Numbers(2, columns * Length);
        var result = new float[columns * Rows];
        var context = new RowsContext { Threads = threads };
        fixed (byte* rows = weights)
        fixed (float* first = numbers, to = result)
        {
            var (matrix, input) = (Tensor(Q6K, rows, Length, Rows, Q6KRows.BlockBytes, Blocks * Q6KRows.BlockBytes), Tensor(0, first, Length, columns, sizeof(float), Length * sizeof(float)));
            var product = Tensor(0, to, Rows, columns, sizeof(float), Rows * sizeof(float));
            product.op = RowsBackend.MulMat;
            product.src0 = &matrix;
            product.src1 = &input;
            Assert.True(RowsBackend.IsOurs(&product));
            RowsBackend.Multiply(&context, &product);
            context.Free();

            var dot = (delegate* unmanaged<int, float*, nuint, byte*, nuint, byte*, nuint, int, void>)NativeLibrary.GetExport(NativeLibrary.Load(ProcessorLibrary()), "ggml_vec_dot_q6_K_q8_K");
            var column8 = stackalloc byte[Blocks * 292];
            for (var column = 0; column < columns; column++)
            {
                Ggml.quantize_row_q8_K_ref(first + column * Length, column8, Length);
                for (var row = 0; row < Rows; row++)
                {
                    float expected;
                    dot(Length, &expected, 0, rows + row * Blocks * Q6KRows.BlockBytes, 0, column8, 0, 1);
                    Assert.Equal(BitConverter.SingleToUInt32Bits(expected), BitConverter.SingleToUInt32Bits(result[column * Rows + row]));
                }
            }
        }
    }

    [Fact]
    public void One_column_other_types_and_stacks_of_matrices_are_left_to_the_processors_backend()
    {
        byte nothing;
        var (matrix, input, product) = (Tensor(Q6K, &nothing, Length, Rows, Q6KRows.BlockBytes, 1), Tensor(0, &nothing, Length, 2, sizeof(float), 1), Tensor(0, &nothing, Rows, 2, sizeof(float), Rows * sizeof(float)));
        product.op = RowsBackend.MulMat;
        product.src0 = &matrix;
        product.src1 = &input;
        Assert.True(RowsBackend.IsOurs(&product));
        input.ne[1] = 1;
        Assert.False(RowsBackend.IsOurs(&product));
        (input.ne[1], input.ne[2]) = (2, 2);
        Assert.False(RowsBackend.IsOurs(&product));
        (input.ne[2], matrix.type) = (1, 12);
        Assert.False(RowsBackend.IsOurs(&product));
        (matrix.type, product.op) = (Q6K, 0);
        Assert.False(RowsBackend.IsOurs(&product));
    }

    [Fact]
    public void Logits_of_a_batch_are_those_of_one_token_at_a_time()
    {
        using var file = new TemporaryFile(ModelWithOutput());
        using var model = SafeLlamaModelHandle.Load(file.Path, new ModelLoadOptions(), TestContext.Current.CancellationToken);
        int[] tokens = [1, 5, 9, 2, 7, 3];
        var together = Logits(model, tokens, atOnce: tokens.Length);
        var alone = Logits(model, tokens, atOnce: 1);
        Assert.True(together.Max(MathF.Abs) > 0.1f, "The model says nothing.");
        Assert.Equal(alone, together);
    }

    private static float[] Logits(SafeLlamaModelHandle model, int[] tokens, int atOnce)
    {
        using var context = SafeLlamaContextHandle.Create(model, new ContextOptions { MemoryTokens = 64, BatchTokens = 16, Sequences = 1, Threads = 1, Outputs = 16, OutputsPerSequence = 16 });
        using var batch = new SafeLlamaBatchHandle(16);
        List<float> all = [];
        for (var from = 0; from < tokens.Length; from += atOnce)
        {
            batch.Clear();
            for (var i = from; i < from + atOnce; i++) { batch.Add(tokens[i], i, 0, logits: true); }
            Assert.Equal(0, context.Decode(batch));
            for (var row = 0; row < atOnce; row++) { all.AddRange(context.Logits(row)); }
        }
        return [.. all];
    }

    // One layer of Llama's shape, 256 wide, in Q4_0, whose output is in Q6_K.
    private static byte[] ModelWithOutput()
    {
        const int width = 256, words = 40;
        var writer = new GgufWriter().Set("general.architecture", "llama").Set("llama.context_length", 64u).Set("llama.embedding_length", (uint)width).Set("llama.block_count", 1u).Set("llama.feed_forward_length", (uint)width)
            .Set("llama.attention.head_count", 4u).Set("llama.rope.dimension_count", 64u).Set("llama.attention.layer_norm_rms_epsilon", 1e-5f).Set("tokenizer.ggml.model", "llama")
            .Set("tokenizer.ggml.tokens", [.. Enumerable.Range(0, words).Select(i => i switch { 0 => "<unk>", 1 => "<s>", 2 => "</s>", _ => $"w{i}" })])
            .Set("tokenizer.ggml.scores", [.. Enumerable.Range(0, words).Select(i => (float)-i)]).Set("tokenizer.ggml.token_type", [.. Enumerable.Range(0, words).Select(i => i == 0 ? 2 : i < 3 ? 3 : 1)])
            .Add("token_embd.weight", [width, words], Numbers(1, width * words)).Add("output_norm.weight", [width], [.. Enumerable.Repeat(1f, width)])
            .Add("output.weight", [width, words], Q6K, stream => stream.Write(Weights(2, words, blocks: 1)));
        foreach (var norm in (string[])["attn_norm", "ffn_norm"]) { writer.Add($"blk.0.{norm}.weight", [width], [.. Enumerable.Repeat(1f, width)]); }
        foreach (var (square, i) in ((string[])["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]).Select((name, i) => (name, i)))
        {
            var bytes = TensorData.FromFloats(TensorType.Q4, [.. Numbers(10 + i, width * width).Select(n => n / 16)], width);
            writer.Add($"blk.0.{square}.weight", [width, width], (int)TensorType.Q4, stream => stream.Write(bytes));
        }
        using var file = new MemoryStream();
        writer.Write(file);
        return file.ToArray();
    }

    private static byte[] Weights(int seed, int rows, int blocks = Blocks)
    {
        var bytes = new byte[rows * blocks * Q6KRows.BlockBytes];
        new Random(seed).NextBytes(bytes);
        for (var block = 0; block < rows * blocks; block++) { BitConverter.TryWriteBytes(bytes.AsSpan(block * Q6KRows.BlockBytes + 208), (Half)0.0001f); }
        return bytes;
    }

    private static float[] Numbers(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 2 - 1))];
    }

    private static GgmlTensor Tensor(int type, void* data, int wide, int high, int step, int stride)
    {
        var tensor = new GgmlTensor { type = type, data = data };
        (tensor.ne[0], tensor.ne[1], tensor.ne[2], tensor.ne[3]) = (wide, high, 1, 1);
        (tensor.nb[0], tensor.nb[1]) = ((ulong)step, (ulong)stride);
        return tensor;
    }

    private static string ProcessorLibrary() => File.ReadLines("/proc/self/maps").First(line => line.Contains("libggml-cpu-", StringComparison.Ordinal)) is var line ? line[line.IndexOf('/', StringComparison.Ordinal)..] : "";
}
