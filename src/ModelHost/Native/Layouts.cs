using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling] // bool is one byte, every struct is passed as it lies

namespace Platform.ModelHost.Native;

// Layouts of llama.cpp v0.5.0 on 64-bit. BootCheck and NativeLayoutTests hold their sizes and defaults; fields keep the C names.
#pragma warning disable IDE1006, CS0649

/// <summary>llama_model_params, 80 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaModelParams
{
    public nint devices, tensor_buft_overrides;
    public int n_gpu_layers, split_mode, load_mode, lazy_mode, main_gpu;
    public nint tensor_split;
    public delegate* unmanaged<float, nint, byte> progress_callback;
    public nint progress_callback_user_data, kv_overrides;
    public bool vocab_only, check_tensors, use_extra_bufts, no_host, no_alloc, load_mtp;
}

/// <summary>llama_context_params, 160 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LlamaContextParams
{
    public uint n_ctx, n_batch, n_ubatch, n_seq_max, n_rs_seq, n_outputs_max, n_outputs_max_per_seq;
    public int n_threads, n_threads_batch;
    public int ctx_type, rope_scaling_type, pooling_type, attention_type, flash_attn_type;
    public float rope_freq_base, rope_freq_scale, yarn_ext_factor, yarn_attn_factor, yarn_beta_fast, yarn_beta_slow;
    public uint yarn_orig_ctx;
    public float defrag_thold;
    public nint cb_eval, cb_eval_user_data;
    public int type_k, type_v;
    public nint abort_callback, abort_callback_data;
    public bool embeddings, offload_kqv, no_perf, op_offload, swa_full, kv_unified;
    public nint samplers;
    public nuint n_samplers;
    public nint ctx_other;
}

/// <summary>llama_batch, 56 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaBatch
{
    public int n_tokens;
    public int* token;
    public float* embd;
    public int* pos;
    public int* n_seq_id;
    public int** seq_id;
    public sbyte* logits;
}

/// <summary>llama_token_data, 12 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LlamaTokenData
{
    public int id;
    public float logit, p;
}

/// <summary>llama_token_data_array, 32 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaTokenDataArray
{
    public LlamaTokenData* data;
    public nuint size;
    public long selected;
    public bool sorted;
}

/// <summary>llama_sampler_chain_params, 1 byte.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LlamaSamplerChainParams
{
    public bool no_perf;
}

/// <summary>llama_model_quantize_params, 64 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LlamaQuantizeParams
{
    public int nthread, ftype, output_tensor_type, token_embedding_type;
    public bool allow_requantize, quantize_output_tensor, only_copy, pure, keep_split, dry_run;
    public nint imatrix, kv_overrides, tt_overrides, prune_layers;
    public ulong max_buf_size;
}

/// <summary>llama_chat_message, 16 bytes: two UTF-8 texts.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LlamaChatMessage
{
    public nint role, content;
}

/// <summary>ggml_init_params, 24 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GgmlInitParams
{
    public nuint mem_size;
    public nint mem_buffer;
    public bool no_alloc;
}

/// <summary>ggml_tensor, 336 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GgmlTensor
{
    public int type;
    public nint buffer;
    public fixed long ne[4];
    public fixed ulong nb[4];
    public int op;
    public fixed int op_params[16];
    public int flags;
    public GgmlTensor* src0, src1;
    public fixed long other_src[8];
    public nint view_src;
    public nuint view_offs;
    public void* data;
    public fixed byte name[64];
    public nint extra;
    public fixed byte padding[8];
}
