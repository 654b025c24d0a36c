using System.Runtime.InteropServices;
using Platform.ModelHost.Native.QuantisedRows;

namespace Platform.ModelHost.Native;

/// <summary>A context: the memory of its sequences and the results of its last batch. One thread at a time. It keeps its model alive, so the two may be disposed in any order.</summary>
public sealed unsafe class SafeLlamaContextHandle : SafeHandle
{
    /// <summary>The <see cref="Pooling"/> of models that judge pairs.</summary>
    public const int RankPooling = 4;

    private readonly SafeLlamaModelHandle model;
    private readonly bool encodes;
    private readonly int embeddingLength, scores, vocabulary, threads;

    private SafeLlamaContextHandle(SafeLlamaModelHandle model, int threads) : base(0, ownsHandle: true)
    {
        (this.model, this.threads) = (model, threads);
        encodes = model.OnlyEncodes;
        (embeddingLength, scores, vocabulary) = (model.EmbeddingLength, model.Scores, model.VocabularySize);
    }

    public override bool IsInvalid => handle == 0;

    /// <exception cref="NativeCallException">There is not enough memory, or the model cannot run in this shape.</exception>
    public static SafeLlamaContextHandle Create(SafeLlamaModelHandle model, ContextOptions options)
    {
        var parameters = Llama.llama_context_default_params();
        parameters.n_ctx = (uint)options.MemoryTokens;
        parameters.n_batch = parameters.n_ubatch = (uint)options.BatchTokens;
        parameters.n_seq_max = (uint)options.Sequences;
        parameters.n_threads = parameters.n_threads_batch = options.Threads;
        parameters.embeddings = options.Embeddings;
        parameters.kv_unified = options.SharedMemory;
        (parameters.n_outputs_max, parameters.n_outputs_max_per_seq) = ((uint)options.Outputs, (uint)options.OutputsPerSequence);
        if (options.Embeddings) { (parameters.n_outputs_max, parameters.n_outputs_max_per_seq) = ((uint)Math.Max(options.BatchTokens, options.Sequences), (uint)options.BatchTokens); } // pooling reads every row; one a sequence is the least
        if (options.Rope is { } rope) { (parameters.rope_scaling_type, parameters.rope_freq_scale, parameters.rope_freq_base, parameters.yarn_orig_ctx) = (rope.Kind, rope.Scale, rope.Base, (uint)rope.OriginalTokens); }
        if (options.FullPrecision) { parameters.type_k = parameters.type_v = parameters.flash_attn_type = 0; }
        var context = new SafeLlamaContextHandle(model, options.Threads);
        var held = false;
        model.DangerousAddRef(ref held);
        NativeLog.ForgetErrors();
        RowsBackend.Expect(options.Threads);
        context.SetHandle(Llama.llama_init_from_model(model, parameters));
        if (!context.IsInvalid) { return context; }
        model.DangerousRelease(); // ReleaseHandle does not run for an invalid handle
        context.Dispose();
        throw new NativeCallException(NativeLog.Errors);
    }

    /// <summary>Tokens that one sequence can hold.</summary>
    public int SequenceTokens => (int)Llama.llama_n_ctx_seq(this);

    /// <summary>Most tokens that one batch can hold, which llama.cpp may set lower than was asked.</summary>
    public int BatchTokens => (int)Llama.llama_n_batch(this);

    /// <summary>How token vectors become one: 0 not at all, 1 mean, 2 first, 3 last, 4 rank.</summary>
    public int Pooling => Llama.llama_pooling_type(this);

    /// <summary>Runs a batch. After a failure forget the sequences that were in it.</summary>
    /// <returns>0 done; 1 no room in the memory; 2 aborted; below 0 failed.</returns>
    public int Decode(SafeLlamaBatchHandle batch)
    {
        using var hold = new HandleHold(batch);
        RowsBackend.Expect(threads);
        return encodes ? Llama.llama_encode(this, batch.Native) : Llama.llama_decode(this, batch.Native);
    }

    /// <summary>The logits [vocabulary] of a row of the last batch that asked for them. They may be changed in place, and are gone with the next batch.</summary>
    public Span<float> Logits(int row)
    {
        using var hold = new HandleHold(this);
        var logits = Llama.llama_get_logits_ith(this, row);
        return logits == null ? throw new NativeCallException($"Row {row} of the last batch has no logits.") : new Span<float>(logits, vocabulary);
    }

    /// <summary>Copies the pooled vector of a sequence of the last batch; with rank pooling, its scores.</summary>
    public void CopyEmbedding(int sequence, Span<float> destination)
    {
        using var hold = new HandleHold(this);
        var vector = Llama.llama_get_embeddings_seq(this, sequence);
        if (vector == null) { throw new NativeCallException($"Sequence {sequence} of the last batch has no vector."); }
        new ReadOnlySpan<float>(vector, Pooling == RankPooling ? scores : embeddingLength).CopyTo(destination);
    }

    /// <summary>Forgets everything.</summary>
    public void ClearMemory()
    {
        using var hold = new HandleHold(this);
        var memory = Llama.llama_get_memory(this);
        if (memory != 0) { Llama.llama_memory_clear(memory, false); }
    }

    /// <summary>Forgets a sequence from a position on.</summary>
    /// <returns>False when this model's memory cannot forget only a part; then nothing was forgotten.</returns>
    public bool ForgetFrom(int sequence, int position)
    {
        using var hold = new HandleHold(this);
        var memory = Llama.llama_get_memory(this);
        return memory == 0 || Llama.llama_memory_seq_rm(memory, sequence, position, -1);
    }

    /// <summary>Runs the next batches with these adapters in place of any before; none runs the base model. They must not be disposed while they are set.</summary>
    /// <exception cref="NativeCallException">They cannot be applied.</exception>
    public void SetAdapters(IReadOnlyList<(SafeLlamaAdapterHandle Adapter, float Scale)> adapters)
    {
        Span<nint> handles = stackalloc nint[adapters.Count];
        Span<float> scales = stackalloc float[adapters.Count];
        for (var i = 0; i < adapters.Count; i++)
        {
            ObjectDisposedException.ThrowIf(adapters[i].Adapter.IsClosed, adapters[i].Adapter);
            (handles[i], scales[i]) = (adapters[i].Adapter.Native, adapters[i].Scale);
        }
        fixed (nint* first = handles)
        fixed (float* scale = scales)
        {
            var code = Llama.llama_set_adapters_lora(this, first, (nuint)adapters.Count, scale);
            if (code != 0) { throw new NativeCallException($"llama_set_adapters_lora returned {code} for {adapters.Count} adapters.", code); }
        }
    }

    /// <summary>Lets a sequence begin with what another holds: all of it, at no cost where the memory is shared.</summary>
    public void CopySequence(int from, int to)
    {
        using var hold = new HandleHold(this);
        var memory = Llama.llama_get_memory(this);
        if (memory != 0) { Llama.llama_memory_seq_cp(memory, from, to, -1, -1); }
    }

    /// <summary>Everything that a sequence holds, to be put back by <see cref="LoadSequence"/>; empty when it is more than a number of bytes, or cannot be taken out.</summary>
    public byte[] SaveSequence(int sequence, long mostBytes)
    {
        using var hold = new HandleHold(this);
        var size = Llama.llama_state_seq_get_size(this, sequence);
        if (size > (nuint)Math.Min(mostBytes, Array.MaxLength)) { return []; }
        var state = GC.AllocateUninitializedArray<byte>((int)size);
        fixed (byte* to = state) { return Llama.llama_state_seq_get_data(this, to, size, sequence) == size ? state : []; }
    }

    /// <summary>Lets an empty sequence hold what <see cref="SaveSequence"/> of this context gave.</summary>
    /// <returns>False when there is no room; the sequence is empty then.</returns>
    public bool LoadSequence(int sequence, ReadOnlySpan<byte> state)
    {
        using var hold = new HandleHold(this);
        fixed (byte* from = state) { return Llama.llama_state_seq_set_data(this, from, (nuint)state.Length, sequence) == (nuint)state.Length; }
    }

    protected override bool ReleaseHandle()
    {
        Llama.llama_free(handle);
        model.DangerousRelease();
        return true;
    }
}
