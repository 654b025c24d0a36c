using System.Globalization;

namespace Platform.ModelHost.Native;

/// <summary>Says in one sentence when the libraries are not the ones that the layouts here were made for. Sizes cannot see fields that changed places, so the defaults are compared too.</summary>
internal static unsafe class BootCheck
{
    internal const string Version = "0.5.0";
    private const string Remedy = "Restore the libraries by building again, or name the folder of llama.cpp v" + Version + " in Engine:NativeDirectory.";

    internal static void Run(string directory)
    {
        foreach (var (what, found, expected) in Facts())
        {
            if (found != expected)
            {
                throw new NativesUnusableException($"The llama.cpp libraries in {directory} are not the v{Version} that this program was made for: {what} is {found} where {expected} was expected. {Remedy}");
            }
        }
    }

    /// <summary>What is compared: name, value found, value expected.</summary>
    internal static IEnumerable<(string What, string Found, string Expected)> Facts()
    {
        yield return ("llama_version", Prefix(LlamaLibrary.Text(Llama.llama_version())), Version);
        yield return ("ggml_version", LlamaLibrary.Text(Ggml.ggml_version()), "0.25.1");
        yield return Fact("the size of llama_model_params", Sizes.Model, 80);
        yield return Fact("the size of llama_context_params", Sizes.Context, 160);
        yield return Fact("the size of llama_batch", Sizes.Batch, 56);
        yield return Fact("the size of llama_model_quantize_params", Sizes.Quantize, 64);
        yield return Fact("the size of a tensor", (long)Ggml.ggml_tensor_overhead(), 368);
        yield return ("the fingerprint of llama_model_params", ModelFingerprint(), "-1 1 -1 1 0 False False True False False");
        yield return ("the fingerprint of llama_context_params", ContextFingerprint(), "512 2048 512 1 1 4 4 -1 -1 -1 -1 -1 -1 1 1 False True True True True False");
        yield return ("the fingerprint of llama_model_quantize_params", QuantizeFingerprint(), "7 43 43 False True False False 8589934592");
    }

    private static (string, string, string) Fact(string what, long found, long expected) =>
        (what, found.ToString(CultureInfo.InvariantCulture), expected.ToString(CultureInfo.InvariantCulture));

    private static string Prefix(string version) => version.Length > Version.Length ? version[..Version.Length] : version;

    private static string ModelFingerprint()
    {
        var p = Llama.llama_model_default_params();
        return string.Create(CultureInfo.InvariantCulture, $"{p.n_gpu_layers} {p.split_mode} {p.load_mode} {p.lazy_mode} {p.main_gpu} {p.vocab_only} {p.check_tensors} {p.use_extra_bufts} {p.no_host} {p.no_alloc}");
    }

    private static string ContextFingerprint()
    {
        var p = Llama.llama_context_default_params();
        return string.Create(CultureInfo.InvariantCulture, $"{p.n_ctx} {p.n_batch} {p.n_ubatch} {p.n_seq_max} {p.n_outputs_max_per_seq} {p.n_threads} {p.n_threads_batch} {p.rope_scaling_type} {p.pooling_type} {p.attention_type} {p.flash_attn_type} {p.yarn_ext_factor} {p.defrag_thold} {p.type_k} {p.type_v} {p.embeddings} {p.offload_kqv} {p.no_perf} {p.op_offload} {p.swa_full} {p.kv_unified}");
    }

    private static string QuantizeFingerprint()
    {
        var p = Llama.llama_model_quantize_default_params();
        return string.Create(CultureInfo.InvariantCulture, $"{p.ftype} {p.output_tensor_type} {p.token_embedding_type} {p.allow_requantize} {p.quantize_output_tensor} {p.only_copy} {p.pure} {p.max_buf_size}");
    }

    internal static class Sizes
    {
        internal static int Model => sizeof(LlamaModelParams);

        internal static int Context => sizeof(LlamaContextParams);

        internal static int Batch => sizeof(LlamaBatch);

        internal static int Quantize => sizeof(LlamaQuantizeParams);
    }
}
