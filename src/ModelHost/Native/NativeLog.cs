using System.Runtime.InteropServices;
using System.Text;

namespace Platform.ModelHost.Native;

/// <summary>How serious llama.cpp says a line is.</summary>
public enum NativeLogLevel { Debug, Information, Warning, Error }

/// <summary>Turns llama.cpp's log callback, which sends parts of lines from any thread, into whole lines. The sink must not throw.</summary>
internal static unsafe class NativeLog
{
    private const int Continued = 5;
    private static readonly Lock Gate = new();
    private static readonly StringBuilder Line = new();
    private static NativeLogLevel level;
    private static string lastError = "";

    /// <summary>Where lines go; null drops them.</summary>
    internal static Action<NativeLogLevel, string>? Sink { get; set; }

    /// <summary>The last error line since <see cref="ForgetErrors"/>: llama.cpp tells reasons only by the log.</summary>
    internal static string LastError
    {
        get { lock (Gate) { return lastError; } }
    }

    internal static void ForgetErrors()
    {
        lock (Gate) { lastError = ""; }
    }

    internal static void Attach()
    {
        Llama.llama_log_set(&OnLog, 0);
        Ggml.ggml_set_abort_callback(&OnAbort);
    }

    [UnmanagedCallersOnly]
    private static void OnLog(int nativeLevel, byte* text, void* userData) => Take(nativeLevel, Marshal.PtrToStringUTF8((nint)text) ?? "");

    /// <summary>ggml is about to end the process; this is the last chance to say why.</summary>
    [UnmanagedCallersOnly]
    private static void OnAbort(byte* text)
    {
        var reason = Marshal.PtrToStringUTF8((nint)text) ?? "";
        Console.Error.WriteLine($"llama.cpp ends this process: {reason}");
        Console.Error.Flush();
    }

    internal static void Take(int nativeLevel, string text)
    {
        lock (Gate)
        {
            if (nativeLevel != Continued)
            {
                level = nativeLevel switch { 1 => NativeLogLevel.Debug, 3 => NativeLogLevel.Warning, 4 => NativeLogLevel.Error, _ => NativeLogLevel.Information };
            }
            Line.Append(text);
            if (!text.EndsWith('\n')) { return; }
            var whole = Line.ToString().TrimEnd();
            Line.Clear();
            if (level == NativeLogLevel.Error) { lastError = whole; }
            if (whole.Length > 0) { Sink?.Invoke(level, whole); }
        }
    }
}
