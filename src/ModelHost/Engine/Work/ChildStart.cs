using System.Diagnostics;
using System.Globalization;

namespace Platform.ModelHost.Engine.Work;

/// <summary>How children are started: with a limit of memory, without a core file, and with little of this process's environment.</summary>
internal static class ChildStart
{
    // The limits are set by the child itself before it becomes the program, so there is no moment without them.
    private const string Script = "ulimit -c 0; ulimit -d \"$1\"; shift; exec \"$@\"";
    private static readonly string[] Passed = ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DOTNET_", "CUDA_", "NVIDIA_", "GGML_"];

    /// <param name="command">The program and its words.</param>
    /// <param name="memoryBytes">Memory of its own; a model's file that is only mapped does not count.</param>
    internal static ProcessStartInfo Of(string[] command, long memoryBytes)
    {
        string[] limited = OperatingSystem.IsWindows() ? command : ["/bin/sh", "-c", Script, "sh", (memoryBytes >> 10).ToString(CultureInfo.InvariantCulture), .. command];
        var start = new ProcessStartInfo(limited[0], limited[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, CreateNoWindow = true };
        // Keys and addresses in our environment are none of the child's business.
        foreach (var name in start.Environment.Keys.Where(name => !Passed.Any(kept => kept.EndsWith('_') ? name.StartsWith(kept, StringComparison.Ordinal) : name == kept)).ToList()) { start.Environment.Remove(name); }
        start.Environment["LC_ALL"] = "C.UTF-8";
        return start;
    }
}
