using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native;

/// <summary>The tokens that may come next, with their logits: what samplers work on. Made once a thread and filled for each token.</summary>
public sealed unsafe class TokenCandidates : SafeHandle
{
    private readonly LlamaTokenDataArray* array;
    private readonly int vocabulary;

    /// <param name="vocabulary">Tokens of the model, or the most that are ever looked at.</param>
    public TokenCandidates(int vocabulary) : base(0, ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(vocabulary);
        this.vocabulary = vocabulary;
        array = (LlamaTokenDataArray*)NativeMemory.Alloc((nuint)(sizeof(LlamaTokenDataArray) + (long)sizeof(LlamaTokenData) * vocabulary));
        SetHandle((nint)array);
        Hold(0);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>The token that the last sampler picked; -1 when none did.</summary>
    public int Picked => array->selected >= 0 && array->selected < (long)array->size ? array->data[array->selected].id : -1;

    /// <summary>True when at least one token is not forbidden.</summary>
    public bool AnyAllowed
    {
        get
        {
            for (nuint i = 0; i < array->size; i++)
            {
                if (array->data[i].logit > float.NegativeInfinity) { return true; }
            }
            return false;
        }
    }

    /// <summary>The tokens that are held, forbidden or not.</summary>
    public IEnumerable<int> Tokens
    {
        get
        {
            var tokens = new int[array->size];
            for (var i = 0; i < tokens.Length; i++) { tokens[i] = array->data[i].id; }
            return tokens;
        }
    }

    /// <summary>Takes every token with its logit.</summary>
    public void Fill(ReadOnlySpan<float> logits)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfNotEqual(logits.Length, vocabulary);
        var data = Hold(logits.Length);
        for (var i = 0; i < logits.Length; i++) { data[i] = new LlamaTokenData { id = i, logit = logits[i] }; }
    }

    /// <summary>Takes some tokens with the logit 0, as to ask a grammar about one.</summary>
    public void Fill(ReadOnlySpan<int> tokens)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, vocabulary);
        var data = Hold(tokens.Length);
        for (var i = 0; i < tokens.Length; i++) { data[i] = new LlamaTokenData { id = tokens[i] }; }
    }

    /// <summary>Takes some tokens with their logits.</summary>
    public void Fill(ReadOnlySpan<int> tokens, ReadOnlySpan<float> logits)
    {
        Fill(tokens);
        for (var i = 0; i < tokens.Length; i++) { array->data[i].logit = logits[tokens[i]]; }
    }

    public void Apply(SafeLlamaSamplerHandle sampler)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        Llama.llama_sampler_apply(sampler, array);
    }

    /// <summary>Makes room anew: a sampler may have moved the start of the list forward.</summary>
    private LlamaTokenData* Hold(int count)
    {
        *array = new LlamaTokenDataArray { data = (LlamaTokenData*)(array + 1), size = (nuint)count, selected = -1 };
        return array->data;
    }

    protected override bool ReleaseHandle()
    {
        NativeMemory.Free((void*)handle);
        return true;
    }
}
