using Platform.ModelHost.Native.QuantisedRows;
using Platform.ModelHost.Native.Tensors;

namespace Platform.ModelHost.Native.Tests;

/// <summary>The backend of ours for Q4_0 rows that ggml packed, against ggml's own product of the same tensors. Where ggml packs them otherwise there is nothing of ours to test.</summary>
public sealed unsafe class PackedRowsTests
{
    private const int BlockBytes = Q40Rows.BlockBytes, Block = Q80Columns.Block;

    private readonly LlamaLibrary library = LlamaLibrary.Load();

    /// <summary>Equal to the last bit: a token's logits must not depend on how many stand beside it, and ggml itself multiplies one column alone. Odd lengths, an odd group of rows at the end, several threads.</summary>
    [Theory]
    [InlineData(32, 8, 1)]
    [InlineData(96, 24, 1)]
    [InlineData(1056, 40, 1)]
    [InlineData(2048, 2056, 3)]
    public void Products_are_ggmls_own_to_the_last_bit_whatever_the_number_of_columns(int length, int rows, int threads)
    {
        Assert.Equal(RowsBackend.IsSupported, library.Devices.Any(d => d.Name == RowsBackend.Name));
        if (!RowsBackend.IsSupported || Q40Packing.Find() is not (not 0 and var packing)) { return; }
        using var backend = ComputeBackend.Cpu(1);
        using var weights = TensorArena.Create(1);
        var matrix = weights.New("packed", TensorType.Q4, length, rows);
        using var buffer = new TensorBuffer(Ggml.ggml_backend_alloc_ctx_tensors_from_buft(weights.Native, packing), isWeights: true);
        weights.Memory = buffer;
        matrix.WriteBytes(Weights(1, length, rows));
        var context = new RowsContext { Threads = threads };
        foreach (var columns in Enumerable.Range(2, 16).Append(33).Append(70))
        {
            using var arena = TensorArena.Create(4, graphNodes: 4);
            using var memory = GraphMemory.Create(backend);
            var (graph, input) = (new ComputeGraph(arena, 4), arena.Input("columns", TensorType.F32, length, columns));
            var product = arena.MatrixProduct(matrix, input).Keep();
            graph.Add(product);
            memory.Place(graph);
            input.Write(Numbers(columns, length, columns));
            backend.Compute(graph);

            var result = new float[rows * columns];
            fixed (float* to = result)
            {
                var ours = *(GgmlTensor*)product.Native;
                ours.data = to;
                Assert.True(RowsBackend.IsOurs(&ours));
                RowsBackend.Multiply(&context, &ours);
            }
            Assert.Equal(product.ToArray().Select(BitConverter.SingleToUInt32Bits), result.Select(BitConverter.SingleToUInt32Bits));
        }
        context.Free();
    }

    /// <summary>Without it the tests here would pass and nothing of ours would run. AMX packs in a way of its own.</summary>
    [Fact]
    public void Where_the_processor_has_what_the_product_needs_ggmls_packing_is_known()
    {
        if (RowsBackend.IsSupported && !PackingNames().Contains("AMX")) { Assert.NotEqual(0, Q40Packing.Find()); }
    }

    [Fact]
    public void One_column_and_rows_that_are_not_packed_are_left_to_the_processors_backend()
    {
        if (!RowsBackend.IsSupported || Q40Packing.Find() is not (not 0 and var packing)) { return; }
        Assert.True(IsOurs(packing, columns: 2));
        Assert.False(IsOurs(packing, columns: 1));
        Assert.False(IsOurs(Ggml.ggml_backend_cpu_buffer_type(), columns: 2));
    }

    [Fact]
    public void A_context_of_several_threads_is_interrupted_for_large_products_only()
    {
        if (!RowsBackend.IsSupported || Q40Packing.Find() is not (not 0 and var packing)) { return; }
        RowsBackend.Expect(4);
        Assert.False(IsOurs(packing, columns: 2));
        Assert.True(IsOurs(packing, columns: 1 << 20));
        RowsBackend.Expect(1);
    }

    /// <summary>Every f16 there is, and floats between any two.</summary>
    [Fact]
    public void Scales_are_read_and_rounded_as_f16_are()
    {
        for (var bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var half = BitConverter.UInt16BitsToHalf((ushort)bits);
            var single = Float16.Single((ushort)bits);
            Assert.Equal(BitConverter.SingleToUInt32Bits((float)half) | (Half.IsNaN(half) ? 0x400000u : 0), BitConverter.SingleToUInt32Bits(single) | (Half.IsNaN(half) ? 0x400000u : 0));
            if (Half.IsNaN(half) || Half.IsNegative(half)) { continue; }
            foreach (var number in (float[])[single, MathF.BitIncrement(single), (single + (float)Half.BitIncrement(half)) / 2, MathF.BitDecrement((float)Half.BitIncrement(half))])
            {
                Assert.Equal((float)(Half)number, Float16.Rounded(number));
            }
        }
    }

    private static List<string> PackingNames()
    {
        var list = (delegate* unmanaged<nint, nint*>)Ggml.ggml_backend_reg_get_proc_address(Ggml.ggml_backend_dev_backend_reg(Ggml.ggml_backend_dev_by_type(0)), "ggml_backend_dev_get_extra_bufts");
        var names = new List<string>();
        for (var packing = list(Ggml.ggml_backend_dev_by_type(0)); packing != null && *packing != 0; packing++) { names.Add(LlamaLibrary.Text(Ggml.ggml_backend_buft_name(*packing))); }
        return names;
    }

    private static bool IsOurs(nint bufferType, int columns)
    {
        using var weights = TensorArena.Create(1);
        var matrix = weights.New("weights", TensorType.Q4, Block, Q40Rows.Packed);
        using var buffer = new TensorBuffer(Ggml.ggml_backend_alloc_ctx_tensors_from_buft(weights.Native, bufferType), isWeights: true);
        weights.Memory = buffer;
        using var arena = TensorArena.Create(2);
        return RowsBackend.IsOurs((GgmlTensor*)arena.MatrixProduct(matrix, arena.New("columns", TensorType.F32, Block, columns)).Native);
    }

    // All nibbles; scales of either sign, subnormal ones and zeros among them.
    private static byte[] Weights(int seed, int length, int rows)
    {
        var random = new Random(seed);
        var bytes = new byte[rows * length / Block * BlockBytes];
        random.NextBytes(bytes);
        for (var at = 0; at < bytes.Length; at += BlockBytes)
        {
            var scale = random.Next(8) switch { 0 => 0, 1 => 3e-6f, 2 => -0.02f, _ => 0.001f + 0.01f * random.NextSingle() };
            BitConverter.TryWriteBytes(bytes.AsSpan(at), (Half)scale);
        }
        return bytes;
    }

    // Blocks of every size, zeros among them.
    private static float[] Numbers(int seed, int length, int columns)
    {
        var random = new Random(seed);
        var numbers = new float[length * columns];
        for (var at = 0; at < numbers.Length; at += Block)
        {
            var size = random.Next(8) switch { 0 => 0, 1 => 1e-7f, 2 => 1e5f, _ => random.NextSingle() };
            for (var i = 0; i < Block; i++) { numbers[at + i] = size * (random.NextSingle() * 2 - 1); }
        }
        return numbers;
    }
}
