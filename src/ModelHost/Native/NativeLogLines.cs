using System.Text;

namespace Platform.ModelHost.Native;

/// <summary>How serious llama.cpp says a line is.</summary>
public enum NativeLogLevel { Debug, Information, Warning, Error }

/// <summary>Joins the parts that llama.cpp logs into lines. Not for several threads at once.</summary>
internal sealed class NativeLogLines
{
    private const int Continued = 5;
    private readonly StringBuilder line = new();
    private NativeLogLevel level;

    /// <summary>Takes a part.</summary>
    /// <returns>The line that it ends, or null.</returns>
    internal (NativeLogLevel Level, string Text)? Append(int nativeLevel, string part)
    {
        if (nativeLevel != Continued)
        {
            level = nativeLevel switch { 1 => NativeLogLevel.Debug, 3 => NativeLogLevel.Warning, 4 => NativeLogLevel.Error, _ => NativeLogLevel.Information };
        }
        line.Append(part);
        if (!part.EndsWith('\n')) { return null; }
        var whole = line.ToString().TrimEnd();
        line.Clear();
        return whole.Length > 0 ? (level, whole) : null;
    }
}
