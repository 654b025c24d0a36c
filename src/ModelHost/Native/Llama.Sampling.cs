using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native;

/// <summary>libllama: samplers. A chain owns what is added to it.</summary>
#pragma warning disable IDE1006
internal static partial class Llama
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

    [LibraryImport(Library)] internal static partial nint llama_sampler_init_temp(float temperature);

    [LibraryImport(Library)] internal static partial nint llama_sampler_init_penalties(int window, float repeat, float frequency, float presence);

    /// <summary>Picks a token of the batch's row and lets the chain remember it.</summary>
    [LibraryImport(Library)] internal static partial int llama_sampler_sample(SafeLlamaSamplerHandle sampler, SafeLlamaContextHandle context, int row);

    [LibraryImport(Library)] internal static partial void llama_sampler_accept(SafeLlamaSamplerHandle sampler, int token);
}
