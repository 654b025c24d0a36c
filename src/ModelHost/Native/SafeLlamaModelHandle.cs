using System.Runtime.InteropServices;
using System.Text;

namespace Platform.ModelHost.Native;

/// <summary>A loaded model: weights, vocabulary, metadata. May be used from any thread; contexts made of it keep it alive.</summary>
public sealed unsafe partial class SafeLlamaModelHandle : SafeHandle
{
    private SafeLlamaModelHandle() : base(0, ownsHandle: true) { }

    public override bool IsInvalid => handle == 0;

    /// <summary>Held while an adapter of this model comes or goes: llama.cpp lists them without a lock of its own.</summary>
    internal Lock AdapterList { get; } = new();

    /// <summary>Loads a GGUF that GgufCheck has passed.</summary>
    /// <exception cref="NativeCallException">llama.cpp refused it; the message carries its reason.</exception>
    public static SafeLlamaModelHandle Load(string path, ModelLoadOptions options, CancellationToken cancellation)
    {
        var parameters = Llama.llama_model_default_params();
        parameters.n_gpu_layers = options.GpuLayers;
        var watch = GCHandle.Alloc(new LoadWatch(cancellation));
        var model = new SafeLlamaModelHandle();
        NativeLog.ForgetErrors();
        try
        {
            parameters.progress_callback = &OnProgress;
            parameters.progress_callback_user_data = GCHandle.ToIntPtr(watch);
            model.SetHandle(Llama.llama_model_load_from_file(path, parameters));
        }
        finally
        {
            watch.Free();
        }
        if (!model.IsInvalid) { return model; }
        model.Dispose();
        cancellation.ThrowIfCancellationRequested();
        throw new NativeCallException(NativeLog.Errors);
    }

    /// <summary>Vectors' length that embeddings have.</summary>
    public int EmbeddingLength => Llama.llama_model_n_embd_out(this);

    /// <summary>Scores of a pair, where it judges pairs; the first says how well they fit.</summary>
    public int Scores => (int)Llama.llama_model_n_cls_out(this);

    public long Parameters => (long)Llama.llama_model_n_params(this);

    /// <summary>Bytes of all weights.</summary>
    public long WeightBytes => (long)Llama.llama_model_size(this);

    /// <summary>True when it reads text without writing any (BERT and its kin).</summary>
    public bool OnlyEncodes => Llama.llama_model_has_encoder(this) && !Llama.llama_model_has_decoder(this);

    /// <summary>True when its memory is, at least in part, one state a sequence, which cannot be cut back.</summary>
    public bool IsRecurrent => Llama.llama_model_is_recurrent(this) || Llama.llama_model_is_hybrid(this);

    /// <summary>True when its positions are rotations, which can be stretched.</summary>
    public bool HasRotaryPositions => Llama.llama_model_rope_type(this) >= 0;

    /// <summary>The default chat template, or null.</summary>
    public string? ChatTemplate
    {
        get
        {
            using var hold = new HandleHold(this);
            return Marshal.PtrToStringUTF8(Llama.llama_model_chat_template(this, 0));
        }
    }

    /// <summary>A metadata value as text, or null.</summary>
    public string? Metadata(string key)
    {
        var length = Llama.llama_model_meta_val_str(this, key, null, 0);
        if (length < 0) { return null; }
        var buffer = new byte[length + 1];
        fixed (byte* bytes = buffer) { _ = Llama.llama_model_meta_val_str(this, key, bytes, (nuint)buffer.Length); }
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    protected override bool ReleaseHandle()
    {
        Llama.llama_model_free(handle);
        return true;
    }

    [UnmanagedCallersOnly]
    private static byte OnProgress(float share, nint watch) =>
        GCHandle.FromIntPtr(watch).Target is LoadWatch { Cancellation.IsCancellationRequested: true } ? (byte)0 : (byte)1;

    private sealed record LoadWatch(CancellationToken Cancellation);
}
