using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native;

/// <summary>libllama: samplers. A chain owns what is added to it.</summary>
#pragma warning disable IDE1006
internal static unsafe partial class Llama
{
    [LibraryImport(Library)] internal static partial LlamaSamplerChainParams llama_sampler_chain_default_params();

    [LibraryImport(Library)] internal static partial nint llama_sampler_chain_init(LlamaSamplerChainParams parameters);

    [LibraryImport(Library)] internal static partial void llama_sampler_chain_add(nint chain, nint sampler);

    [LibraryImport(Library)] internal static partial void llama_sampler_free(nint sampler);

    [LibraryImport(Library)] internal static partial nint llama_sampler_init_greedy();

    [LibraryImport(Library)] internal static partial nint llama_sampler_init_dist(uint seed);

    [LibraryImport(Library)] internal static partial nint llama_sampler_init_top_k(int k);

    [LibraryImport(Library)] internal static partial nint llama_sampler_init_top_p(float p, nuint minKeep);

    [LibraryImport(Library)] internal static partial nint llama_sampler_init_min_p(float p, nuint minKeep);

    [LibraryImport(Library)] internal static partial nint llama_sampler_init_typical(float p, nuint minKeep);

    [LibraryImport(Library)] internal static partial nint llama_sampler_init_top_n_sigma(float n);

    [LibraryImport(Library)] internal static partial nint llama_sampler_init_xtc(float probability, float threshold, nuint minKeep, uint seed);

    [LibraryImport(Library)] internal static partial nint llama_sampler_init_mirostat(int vocabulary, uint seed, float tau, float eta, int m);

    [LibraryImport(Library)] internal static partial nint llama_sampler_init_mirostat_v2(uint seed, float tau, float eta);

    [LibraryImport(Library)] internal static partial nint llama_sampler_init_temp(float temperature);

    [LibraryImport(Library)] internal static partial nint llama_sampler_init_penalties(int vocabulary, int window, float repeat, float frequency, float presence);

    [LibraryImport(Library)]
    internal static partial nint llama_sampler_init_dry(nint vocab, float multiplier, float @base, int allowedLength, int window, byte** breakers, nuint breakerCount);

    /// <summary>Null when the text is no grammar; the reason goes to the log. Only tests follow one by it.</summary>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial nint llama_sampler_init_grammar(nint vocab, string grammar, string root);

    [LibraryImport(Library)] internal static partial void llama_sampler_apply(SafeLlamaSamplerHandle sampler, LlamaTokenDataArray* candidates);

    [LibraryImport(Library)] internal static partial void llama_sampler_accept(SafeLlamaSamplerHandle sampler, int token);
}
