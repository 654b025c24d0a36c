using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native;

/// <summary>libllama: writing a model in another number format.</summary>
#pragma warning disable IDE1006
internal static unsafe partial class Llama
{
    /// <summary>0 on success; the reason of a failure goes to the log.</summary>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial uint llama_model_quantize(string source, string target, LlamaQuantizeParams* parameters);
}
