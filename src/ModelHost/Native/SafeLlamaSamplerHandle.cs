using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native;

/// <summary>A sampler chain with its random state. One thread at a time.</summary>
public sealed class SafeLlamaSamplerHandle : SafeHandle
{
    private SafeLlamaSamplerHandle() : base(0, ownsHandle: true) { }

    public override bool IsInvalid => handle == 0;

    public static SafeLlamaSamplerHandle Create(SamplerSettings settings)
    {
        var chain = new SafeLlamaSamplerHandle();
        chain.SetHandle(Llama.llama_sampler_chain_init(Llama.llama_sampler_chain_default_params()));
        if (settings.Penalises) { chain.Add(Llama.llama_sampler_init_penalties(settings.PenaltyWindow, settings.RepeatPenalty, settings.FrequencyPenalty, settings.PresencePenalty)); }
        if (settings.Temperature <= 0)
        {
            chain.Add(Llama.llama_sampler_init_greedy());
            return chain;
        }
        if (settings.TopK > 0) { chain.Add(Llama.llama_sampler_init_top_k(settings.TopK)); }
        if (settings.TopP < 1) { chain.Add(Llama.llama_sampler_init_top_p(settings.TopP, 1)); }
        if (settings.MinP > 0) { chain.Add(Llama.llama_sampler_init_min_p(settings.MinP, 1)); }
        chain.Add(Llama.llama_sampler_init_temp(settings.Temperature));
        chain.Add(Llama.llama_sampler_init_dist(settings.Seed));
        return chain;
    }

    /// <summary>Picks the next token after a row of the context's last batch.</summary>
    public int Sample(SafeLlamaContextHandle context, int row) => Llama.llama_sampler_sample(this, context, row);

    /// <summary>Lets the penalties count a token that was not sampled here, as of the prompt.</summary>
    public void Accept(int token) => Llama.llama_sampler_accept(this, token);

    protected override bool ReleaseHandle()
    {
        Llama.llama_sampler_free(handle);
        return true;
    }

    private void Add(nint sampler) => Llama.llama_sampler_chain_add(handle, sampler);
}
