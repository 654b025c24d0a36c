using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native;

/// <summary>llama.cpp's log, which comes from any thread. The sink must not throw.</summary>
internal static unsafe class NativeLog
{
    private const int ErrorsKept = 3;
    private static readonly Lock Gate = new();
    private static readonly NativeLogLines Lines = new();
    private static readonly List<string> Reasons = [];

    /// <summary>Where lines go; null drops them.</summary>
    internal static Action<NativeLogLevel, string>? Sink { get; set; }

    /// <summary>The first error lines since <see cref="ForgetErrors"/>: llama.cpp tells reasons only by the log, the cause before what follows from it.</summary>
    internal static string Errors
    {
        get { lock (Gate) { return Reasons.Count > 0 ? string.Join("; ", Reasons) : "llama.cpp gave no reason."; } }
    }

    internal static void ForgetErrors()
    {
        lock (Gate) { Reasons.Clear(); }
    }

    internal static void Attach()
    {
        Llama.llama_log_set(&OnLog, 0);
        Ggml.ggml_set_abort_callback(&OnAbort);
    }

    [UnmanagedCallersOnly]
    private static void OnLog(int level, byte* text, void* userData)
    {
        lock (Gate)
        {
            if (Lines.Append(level, Marshal.PtrToStringUTF8((nint)text) ?? "") is not { } line) { return; }
            if (line.Level == NativeLogLevel.Error && Reasons.Count < ErrorsKept) { Reasons.Add(line.Text); }
            Sink?.Invoke(line.Level, line.Text);
        }
    }

    /// <summary>ggml is about to end the process; this is the last chance to say why.</summary>
    [UnmanagedCallersOnly]
    private static void OnAbort(byte* text)
    {
        Console.Error.WriteLine($"llama.cpp ends this process: {Marshal.PtrToStringUTF8((nint)text)}");
        Console.Error.Flush();
    }
}
