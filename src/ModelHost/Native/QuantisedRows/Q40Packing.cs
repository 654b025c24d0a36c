namespace Platform.ModelHost.Native.QuantisedRows;

/// <summary>Where ggml keeps Q4_0 weights that it packed for AVX2, eight rows interleaved.</summary>
internal static unsafe class Q40Packing
{
    internal const int Q40 = 2;
    private const int Cpu = 0, F32 = 0, Weights = 1, Columns = 2;
    private const string Name = "CPU_REPACK";

    /// <summary>The buffer type, or 0 where there is none or where it packs in another way than <see cref="Q40Rows"/> reads.</summary>
    internal static nint Find()
    {
        var device = Ggml.ggml_backend_dev_by_type(Cpu);
        if (device == 0) { return 0; }
        var list = (delegate* unmanaged<nint, nint*>)Ggml.ggml_backend_reg_get_proc_address(Ggml.ggml_backend_dev_backend_reg(device), "ggml_backend_dev_get_extra_bufts");
        for (var packing = list == null ? null : list(device); packing != null && *packing != 0; packing++)
        {
            if (LlamaLibrary.Text(Ggml.ggml_backend_buft_name(*packing)) == Name) { return PacksAsExpected(device, *packing) ? *packing : 0; }
        }
        return 0;
    }

    // One group of eight blocks, no two bytes of a row alike, is packed by ggml and compared with what the kernel expects.
    private static bool PacksAsExpected(nint device, nint packing)
    {
        var context = Ggml.ggml_init(new GgmlInitParams { mem_size = 3 * Ggml.ggml_tensor_overhead(), no_alloc = true });
        var matrix = Ggml.ggml_new_tensor_3d(context, Q40, Q80Columns.Block, Q40Rows.Packed, 1);
        var buffer = Ggml.ggml_backend_alloc_ctx_tensors_from_buft(context, packing);
        try
        {
            if (buffer == 0) { return false; }
            Ggml.ggml_backend_buffer_set_usage(buffer, Weights);
            var product = Ggml.ggml_mul_mat(context, matrix, Ggml.ggml_new_tensor_3d(context, F32, Q80Columns.Block, Columns, 1));
            if (!Ggml.ggml_backend_dev_supports_op(device, product)) { return false; } // writing what it does not pack would end the process
            Span<byte> plain = stackalloc byte[Q40Rows.Packed * Q40Rows.BlockBytes];
            for (var i = 0; i < plain.Length; i++) { plain[i] = (byte)(i * 37); }
            fixed (byte* from = plain) { Ggml.ggml_backend_tensor_set(matrix, from, 0, (nuint)plain.Length); }
            return new ReadOnlySpan<byte>(((GgmlTensor*)matrix)->data, plain.Length).SequenceEqual(Packed(plain));
        }
        finally
        {
            if (buffer != 0) { Ggml.ggml_backend_buffer_free(buffer); }
            Ggml.ggml_free(context);
        }
    }

    /// <summary>Eight blocks, one a row, as the kernel reads them.</summary>
    private static byte[] Packed(ReadOnlySpan<byte> plain)
    {
        const int scale = 2, chunk = 8, signs = 0x88;
        var packed = new byte[plain.Length];
        for (var row = 0; row < Q40Rows.Packed; row++)
        {
            var block = plain.Slice(row * Q40Rows.BlockBytes, Q40Rows.BlockBytes);
            block[..scale].CopyTo(packed.AsSpan(row * scale));
            for (var i = scale; i < block.Length; i++)
            {
                var (half, place) = Math.DivRem(i - scale, chunk);
                packed[Q40Rows.Packed * (scale + half * chunk) + row * chunk + place] = (byte)(block[i] ^ signs);
            }
        }
        return packed;
    }
}
