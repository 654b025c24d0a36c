namespace Platform.ModelHost.Native.Tensors;

/// <summary>How numbers lie in a tensor. The values are ggml's and stand in files: append only. Files hold further packed types; their numbers may be cast to this.</summary>
public enum TensorType
{
    F32 = 0, F16 = 1, Q4 = 2, Q8 = 8, Q4K = 12, Q6K = 14, I32 = 26, BF16 = 30,
}
