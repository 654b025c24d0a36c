using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native;

/// <summary>llama.cpp's log, which comes from any thread: what it says of a call it says on the thread that calls, so that reasons are kept apart by threads. The sink must not throw.</summary>
internal static unsafe class NativeLog
{
    private const int ErrorsKept = 3;
    private static readonly Lock Gate = new();

    [ThreadStatic] private static NativeLogLines? lines;
    [ThreadStatic] private static List<string>? reasons;

    /// <summary>Where lines go; null drops them.</summary>
    internal static Action<NativeLogLevel, string>? Sink { get; set; }

    /// <summary>This thread's first error lines since <see cref="ForgetErrors"/>: llama.cpp tells reasons only by the log, the cause before what follows from it.</summary>
    internal static string Errors => reasons is { Count: > 0 } ? string.Join("; ", reasons) : "llama.cpp gave no reason.";

    internal static void ForgetErrors() => reasons?.Clear();

    internal static void Attach()
    {
        Llama.llama_log_set(&OnLog, 0);
        Ggml.ggml_set_abort_callback(&OnAbort);
    }

    [UnmanagedCallersOnly]
    private static void OnLog(int level, byte* text, void* userData)
    {
        if ((lines ??= new NativeLogLines()).Append(level, Marshal.PtrToStringUTF8((nint)text) ?? "") is not { } line) { return; }
        if (line.Level == NativeLogLevel.Error && (reasons ??= []).Count < ErrorsKept) { reasons.Add(line.Text); }
        lock (Gate) { Sink?.Invoke(line.Level, line.Text); }
    }

    /// <summary>ggml is about to end the process; this is the last chance to say why.</summary>
    [UnmanagedCallersOnly]
    private static void OnAbort(byte* text)
    {
        Console.Error.WriteLine($"llama.cpp ends this process: {Marshal.PtrToStringUTF8((nint)text)}");
        if (reasons is { Count: > 0 }) { Console.Error.WriteLine(Errors); } // want of memory is told nowhere else
        Console.Error.Flush();
    }
}
