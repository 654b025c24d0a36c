using System.Runtime.InteropServices;
using Platform.ModelHost.Native.QuantisedRows;

namespace Platform.ModelHost.Native;

/// <summary>The loaded llama.cpp libraries. Load them once before anything else here; a second call answers with what is loaded.</summary>
public sealed class LlamaLibrary
{
    private static readonly Lock Gate = new();
    private static LlamaLibrary? loaded;
    private static nint llama, ggml, ggmlBase;

    static LlamaLibrary() => NativeLibrary.SetDllImportResolver(typeof(LlamaLibrary).Assembly, (name, _, _) => name switch
    {
        "llama" => llama,
        "ggml" => ggml,
        "ggml-base" => ggmlBase,
        _ => 0,
    });

    private LlamaLibrary(string directory, IReadOnlyList<NativeDevice> devices)
    {
        Directory = directory;
        Devices = devices;
        Version = Text(Llama.llama_version());
        GgmlVersion = Text(Ggml.ggml_version());
        GgmlCommit = Text(Ggml.ggml_commit());
        SystemInfo = Text(Llama.llama_print_system_info());
    }

    /// <summary>Folder that the libraries came from.</summary>
    public string Directory { get; }

    public string Version { get; }

    public string GgmlVersion { get; }

    public string GgmlCommit { get; }

    /// <summary>CPU features in use, as llama.cpp writes them.</summary>
    public string SystemInfo { get; }

    /// <summary>What can compute, CPU included.</summary>
    public IReadOnlyList<NativeDevice> Devices { get; }

    public bool HasGpu => Devices.Any(d => d.IsGpu);

    /// <summary>Memory that models may take: this machine's or container's, and the graphics cards' beside it.</summary>
    public long MemoryBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes + Devices.Where(d => d.IsGpu).Sum(d => d.MemoryBytes);

    /// <summary>The folder below the program where the build puts the libraries of this machine.</summary>
    public static string DefaultDirectory => Path.Combine(AppContext.BaseDirectory, "runtimes", Platform, "native");

    private static string Platform =>
        (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux") + "-" + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    /// <summary>Finds, loads and checks the libraries, and starts their backends.</summary>
    /// <param name="directory">Folder with libllama; null takes <see cref="DefaultDirectory"/>.</param>
    /// <param name="log">Takes each line that llama.cpp writes, from any thread; must not throw. Null drops them.</param>
    /// <exception cref="NativesUnusableException">They are missing, do not load or are not the version this was made for.</exception>
    public static LlamaLibrary Load(string? directory = null, Action<NativeLogLevel, string>? log = null)
    {
        lock (Gate)
        {
            if (log is not null) { NativeLog.Sink = log; }
            return loaded ??= LoadFrom(Path.GetFullPath(directory ?? DefaultDirectory));
        }
    }

    private static LlamaLibrary LoadFrom(string directory)
    {
        var files = NativeFiles.Find(directory);
        try
        {
            (llama, ggml, ggmlBase) = (NativeLibrary.Load(files.Llama), NativeLibrary.Load(files.Ggml), NativeLibrary.Load(files.GgmlBase));
            BootCheck.Run(directory);
        }
        catch (Exception fault) when (fault is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            throw new NativesUnusableException($"The llama.cpp libraries in {directory} do not load: {fault.Message} Restore them by building again, or name another folder in Engine:NativeDirectory.", fault);
        }
        NativeLog.Attach();
        Ggml.ggml_backend_load_all_from_path(directory);
        if (NativeDevice.All().All(d => d.IsGpu))
        {
            throw new NativesUnusableException($"No libggml-cpu-*.so in {directory} runs on this processor. Restore the libraries by building again on this machine.");
        }
        RowsBackend.Register();
        Llama.llama_backend_init();
        return new LlamaLibrary(directory, NativeDevice.All());
    }

    internal static string Text(nint utf8) => Marshal.PtrToStringUTF8(utf8) ?? "";
}
