using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native;

/// <summary>libllama: batches.</summary>
#pragma warning disable IDE1006
internal static partial class Llama
{
    [LibraryImport(Library)] internal static partial LlamaBatch llama_batch_init(int tokens, int embedding, int sequencesPerToken);

    [LibraryImport(Library)] internal static partial void llama_batch_free(LlamaBatch batch);
}
