using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native;

/// <summary>libllama: contexts, their memory and their results.</summary>
#pragma warning disable IDE1006
internal static unsafe partial class Llama
{
    [LibraryImport(Library)] internal static partial LlamaContextParams llama_context_default_params();

    /// <summary>Null when it does not fit or the parameters contradict each other.</summary>
    [LibraryImport(Library)] internal static partial nint llama_init_from_model(SafeLlamaModelHandle model, LlamaContextParams parameters);

    [LibraryImport(Library)] internal static partial void llama_free(nint context);

    [LibraryImport(Library)] internal static partial uint llama_n_ctx_seq(SafeLlamaContextHandle context);

    [LibraryImport(Library)] internal static partial uint llama_n_batch(SafeLlamaContextHandle context);

    [LibraryImport(Library)] internal static partial uint llama_n_seq_max(SafeLlamaContextHandle context);

    [LibraryImport(Library)] internal static partial int llama_pooling_type(SafeLlamaContextHandle context);

    /// <summary>0 done; 1 no room in the memory; 2 aborted; below 0 failed.</summary>
    [LibraryImport(Library)] internal static partial int llama_decode(SafeLlamaContextHandle context, LlamaBatch batch);

    /// <summary>0 done; below 0 failed. For models that only encode.</summary>
    [LibraryImport(Library)] internal static partial int llama_encode(SafeLlamaContextHandle context, LlamaBatch batch);

    /// <summary>Logits [vocabulary] of the batch's row i, or null.</summary>
    [LibraryImport(Library)] internal static partial float* llama_get_logits_ith(SafeLlamaContextHandle context, int row);

    /// <summary>The pooled vector [n_embd_out] of a sequence, or null.</summary>
    [LibraryImport(Library)] internal static partial float* llama_get_embeddings_seq(SafeLlamaContextHandle context, int sequence);

    /// <summary>Null for models that only encode.</summary>
    [LibraryImport(Library)] internal static partial nint llama_get_memory(SafeLlamaContextHandle context);

    [LibraryImport(Library)] internal static partial void llama_memory_clear(nint memory, [MarshalAs(UnmanagedType.U1)] bool data);

    /// <summary>False when the memory cannot forget only a part; -1 as an end means everything after the start.</summary>
    [LibraryImport(Library)] [return: MarshalAs(UnmanagedType.U1)] internal static partial bool llama_memory_seq_rm(nint memory, int sequence, int start, int end);

    /// <summary>-1 as start and end means all. Between separate memories only all of it can be copied.</summary>
    [LibraryImport(Library)] internal static partial void llama_memory_seq_cp(nint memory, int from, int to, int start, int end);

    [LibraryImport(Library)] internal static partial nuint llama_state_seq_get_size(SafeLlamaContextHandle context, int sequence);

    /// <summary>Bytes written; 0 when it failed.</summary>
    [LibraryImport(Library)] internal static partial nuint llama_state_seq_get_data(SafeLlamaContextHandle context, byte* to, nuint size, int sequence);

    /// <summary>Bytes read; 0 when it failed.</summary>
    [LibraryImport(Library)] internal static partial nuint llama_state_seq_set_data(SafeLlamaContextHandle context, byte* from, nuint size, int sequence);
}
