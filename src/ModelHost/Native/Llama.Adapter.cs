using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native;

/// <summary>libllama: LoRA adapters.</summary>
#pragma warning disable IDE1006
internal static unsafe partial class Llama
{
    /// <summary>Null when the file is refused; the reason goes to the log.</summary>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial nint llama_adapter_lora_init(SafeLlamaModelHandle model, string path);

    /// <summary>No context may use it any more, and its model must still be there.</summary>
    [LibraryImport(Library)] internal static partial void llama_adapter_lora_free(nint adapter);

    /// <summary>Replaces the whole set; 0 on success.</summary>
    [LibraryImport(Library)] internal static partial int llama_set_adapters_lora(SafeLlamaContextHandle context, nint* adapters, nuint count, float* scales);
}
