using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native;

/// <summary>A sampler with its state: one, or several in a chain. One thread at a time.</summary>
public sealed unsafe class SafeLlamaSamplerHandle : SafeHandle
{
    private const int MirostatTokens = 100; // the paper's m
    private const uint AnySeed = uint.MaxValue; // llama.cpp draws a seed of its own for it

    private SafeHandle? keptAlive; // a grammar and DRY read the model's vocabulary

    private SafeLlamaSamplerHandle(nint sampler) : base(0, ownsHandle: true) => SetHandle(sampler);

    public override bool IsInvalid => handle == 0;

    /// <summary>What lowers logits by what was generated before: penalties and DRY. Null when the settings ask for neither.</summary>
    public static SafeLlamaSamplerHandle? Repetition(SafeLlamaModelHandle model, SamplerSettings settings)
    {
        if (!settings.Penalises && !settings.Dries) { return null; }
        var chain = Chain();
        if (settings.Penalises) { chain.Add(Llama.llama_sampler_init_penalties(model.VocabularySize, settings.PenaltyWindow, settings.RepeatPenalty, settings.FrequencyPenalty, settings.PresencePenalty)); }
        if (settings.Dries) { chain.Add(Dry(model, settings)); }
        chain.KeepAlive(model);
        return chain;
    }

    /// <summary>What cuts the tail before top-p: top-n-sigma, top-k, typical.</summary>
    public static SafeLlamaSamplerHandle BeforeTopP(SamplerSettings settings)
    {
        var chain = Chain();
        if (settings.Temperature <= 0 || settings.Mirostat != 0) { return chain; }
        if (settings.TopNSigma > 0) { chain.Add(Llama.llama_sampler_init_top_n_sigma(settings.TopNSigma)); }
        if (settings.TopK > 0) { chain.Add(Llama.llama_sampler_init_top_k(settings.TopK)); }
        if (settings.TypicalP < 1) { chain.Add(Llama.llama_sampler_init_typical(settings.TypicalP, 1)); }
        return chain;
    }

    public static SafeLlamaSamplerHandle TopP(float p)
    {
        var chain = Chain();
        chain.Add(Llama.llama_sampler_init_top_p(p, 1));
        return chain;
    }

    /// <summary>What comes after top-p, the pick included: min-p, XTC, temperature, draw; or mirostat; or the likeliest.</summary>
    public static SafeLlamaSamplerHandle Pick(SafeLlamaModelHandle model, SamplerSettings settings, uint seed)
    {
        seed = seed == AnySeed ? AnySeed >> 1 : seed;
        var chain = Chain();
        if (settings.Temperature <= 0)
        {
            chain.Add(Llama.llama_sampler_init_greedy());
            return chain;
        }
        if (settings.Mirostat == 0)
        {
            if (settings.MinP > 0) { chain.Add(Llama.llama_sampler_init_min_p(settings.MinP, 1)); }
            if (settings.XtcProbability > 0) { chain.Add(Llama.llama_sampler_init_xtc(settings.XtcProbability, settings.XtcThreshold, 1, seed)); }
        }
        chain.Add(Llama.llama_sampler_init_temp(settings.Temperature));
        chain.Add(settings.Mirostat switch
        {
            1 => Llama.llama_sampler_init_mirostat(model.VocabularySize, seed, settings.MirostatTau, settings.MirostatEta, MirostatTokens),
            2 => Llama.llama_sampler_init_mirostat_v2(seed, settings.MirostatTau, settings.MirostatEta),
            _ => Llama.llama_sampler_init_dist(seed),
        });
        return chain;
    }

    /// <summary>A grammar that forbids what it does not allow next: for tests alone, which hold ours against it. Its text must have been checked, since llama.cpp reads nested rules recursively.</summary>
    /// <exception cref="NativeCallException">It is no grammar; the message says why.</exception>
    public static SafeLlamaSamplerHandle Grammar(SafeLlamaModelHandle model, string text, string root)
    {
        using var hold = new HandleHold(model);
        NativeLog.ForgetErrors();
        var grammar = new SafeLlamaSamplerHandle(Llama.llama_sampler_init_grammar(Llama.llama_model_get_vocab(model), text, root));
        if (grammar.IsInvalid)
        {
            grammar.Dispose();
            throw new NativeCallException(NativeLog.Errors);
        }
        grammar.KeepAlive(model);
        return grammar;
    }

    /// <summary>Lets it remember a token that was chosen. A grammar must allow it: llama.cpp ends the process otherwise.</summary>
    public void Accept(int token) => Llama.llama_sampler_accept(this, token);

    protected override bool ReleaseHandle()
    {
        Llama.llama_sampler_free(handle);
        keptAlive?.DangerousRelease();
        return true;
    }

    private static SafeLlamaSamplerHandle Chain() => new(Llama.llama_sampler_chain_init(Llama.llama_sampler_chain_default_params()));

    private void Add(nint sampler) => Llama.llama_sampler_chain_add(handle, sampler);

    private void KeepAlive(SafeHandle owner)
    {
        var held = false;
        owner.DangerousAddRef(ref held);
        keptAlive = owner;
    }

    private static nint Dry(SafeLlamaModelHandle model, SamplerSettings settings)
    {
        using var hold = new HandleHold(model);
        var texts = settings.DryBreakers.Select(b => Marshal.StringToCoTaskMemUTF8(b)).ToArray();
        try
        {
            fixed (nint* first = texts)
            {
                return Llama.llama_sampler_init_dry(Llama.llama_model_get_vocab(model), settings.DryMultiplier, settings.DryBase, settings.DryAllowedLength, settings.DryWindow, (byte**)first, (nuint)texts.Length);
            }
        }
        finally
        {
            foreach (var text in texts) { Marshal.FreeCoTaskMem(text); }
        }
    }
}
