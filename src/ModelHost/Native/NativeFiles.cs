namespace Platform.ModelHost.Native;

/// <summary>The three libraries that calls go to. The CPU, CUDA and Vulkan packages name them apart (libllama.v0.5.0.so, libllama.cuda.v0.5.0.so).</summary>
internal sealed record NativeFiles(string Llama, string Ggml, string GgmlBase)
{
    internal static NativeFiles Find(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new NativesUnusableException($"The folder of the llama.cpp libraries is missing: {directory}. Build again to restore them, or name their folder in Engine:NativeDirectory.");
        }
        var ggmlBase = One(directory, "*ggml-base.*");
        // A library and the registry it was linked with carry the same backend name.
        foreach (var backend in (ReadOnlySpan<string>)["", ".cuda", ".vulkan", ".metal"])
        {
            var llama = Path.Combine(directory, $"libllama{backend}.v{BootCheck.Version}{Extension}");
            var ggml = Path.Combine(directory, $"libggml{backend}.v{BootCheck.Version}{Extension}");
            if (File.Exists(llama) && File.Exists(ggml)) { return new NativeFiles(llama, ggml, ggmlBase); }
        }
        return new NativeFiles(One(directory, "*llama.*"), One(directory, "*ggml.*"), ggmlBase);
    }

    private static string Extension => OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";

    private static string One(string directory, string pattern) =>
        Directory.EnumerateFiles(directory, pattern).Where(f => f.EndsWith(Extension, StringComparison.Ordinal)).Order(StringComparer.Ordinal).FirstOrDefault()
        ?? throw new NativesUnusableException($"No {pattern}{Extension} in {directory}. Build again to restore the llama.cpp {BootCheck.Version} libraries, or name their folder in Engine:NativeDirectory.");
}
