using System.Globalization;

namespace Platform.Benchmarks.Running;

/// <summary>What a process has taken so far, from /proc.</summary>
internal static class ProcessCost
{
    private const double TicksASecond = 100; // the kernel's unit in /proc, whatever its own clock is

    /// <summary>CPU seconds of all its threads, in steps of 10 ms.</summary>
    internal static double CpuSeconds(int processId)
    {
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // the name before it may hold spaces
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksASecond;
    }

    /// <summary>Resident memory in MiB.</summary>
    internal static double ResidentMebibytes(int processId)
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024.0;
    }
}

/// <summary>Tokens and the CPU seconds that they took.</summary>
internal readonly record struct Rate(int Tokens, double CpuSeconds)
{
    internal double PerCpuSecond => Tokens / CpuSeconds;
}

internal static class Median
{
    internal static double Of(IEnumerable<double> numbers)
    {
        var sorted = numbers.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
