using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native.Tensors;

/// <summary>Memory in which the tensors of an arena keep their numbers. Graphs that use them must not be computed after it is disposed.</summary>
public sealed class TensorBuffer : SafeHandle
{
    private const int Weights = 1;

    internal TensorBuffer(nint buffer, bool isWeights) : base(0, ownsHandle: true)
    {
        SetHandle(buffer);
        if (isWeights) { Ggml.ggml_backend_buffer_set_usage(buffer, Weights); }
    }

    public override bool IsInvalid => handle == 0;

    public long Bytes
    {
        get
        {
            using var hold = new HandleHold(this);
            return (long)Ggml.ggml_backend_buffer_get_size(handle);
        }
    }

    /// <summary>Sets all numbers to zero.</summary>
    public void Clear()
    {
        using var hold = new HandleHold(this);
        Ggml.ggml_backend_buffer_clear(handle, 0);
    }

    protected override bool ReleaseHandle()
    {
        Ggml.ggml_backend_buffer_free(handle);
        return true;
    }
}
