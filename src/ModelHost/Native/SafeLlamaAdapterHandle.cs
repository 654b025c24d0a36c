using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native;

/// <summary>A loaded LoRA adapter. It keeps its model alive; contexts that use it must let it go first. To dispose of it waits while another of its model is read.</summary>
public sealed class SafeLlamaAdapterHandle : SafeHandle
{
    private readonly SafeLlamaModelHandle model;

    private SafeLlamaAdapterHandle(SafeLlamaModelHandle model) : base(0, ownsHandle: true) => this.model = model;

    public override bool IsInvalid => handle == 0;

    internal nint Native => handle;

    /// <summary>Loads an adapter that <see cref="Gguf.AdapterCheck"/> has passed for this model.</summary>
    /// <exception cref="NativeCallException">llama.cpp refused it; the message carries its reason.</exception>
    public static SafeLlamaAdapterHandle Load(SafeLlamaModelHandle model, string path)
    {
        var adapter = new SafeLlamaAdapterHandle(model);
        var held = false;
        model.DangerousAddRef(ref held);
        lock (model.AdapterList)
        {
            NativeLog.ForgetErrors();
            adapter.SetHandle(Llama.llama_adapter_lora_init(model, path));
        }
        if (!adapter.IsInvalid) { return adapter; }
        model.DangerousRelease();
        adapter.Dispose();
        throw new NativeCallException(NativeLog.Errors);
    }

    protected override bool ReleaseHandle()
    {
        lock (model.AdapterList) { Llama.llama_adapter_lora_free(handle); }
        model.DangerousRelease();
        return true;
    }
}
