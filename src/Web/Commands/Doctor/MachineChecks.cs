using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Platform.Web.Commands.Doctor;

/// <summary>Looks at the machine: runtime, processor, memory, graphics card, ports.</summary>
internal static class MachineChecks
{
    internal static IEnumerable<Finding> All() => [Runtime(), Processor(), Memory(), Gpu(), Port(8080, "the pages", "--port N"), Port(8081, "the model service in compose", null)];

    private static Finding Runtime() => new(".NET", FindingState.Good, $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.ProcessArchitecture}");

    private static Finding Processor()
    {
        List<string> features = [];
        if (Avx2.IsSupported)
        {
            features.Add("AVX2");
        }
        if (Avx512F.IsSupported)
        {
            features.Add("AVX-512");
        }
        var flags = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("flags", StringComparison.Ordinal)) ?? "" : "";
        features.AddRange(from flag in (string[])["avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16"] where flags.Contains(flag, StringComparison.Ordinal) select flag.ToUpperInvariant());
        var cores = $"{Environment.ProcessorCount} core{(Environment.ProcessorCount == 1 ? "" : "s")}";
        return features.Count > 0
            ? new("processor", FindingState.Good, $"{cores}; {string.Join(", ", features)}")
            : new("processor", FindingState.Note, $"{cores}; no AVX2: generation will be slow");
    }

    private static Finding Memory()
    {
        var total = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var text = $"{total / (double)(1L << 30):0.0} GiB for this program";
        return total >= 1L << 30 ? new("memory", FindingState.Good, text) : new("memory", FindingState.Note, text, "The embedded models need about 1 GiB; a larger model needs its file's size and more.");
    }

    private static Finding Gpu()
    {
        var nvidia = "/proc/driver/nvidia/version";
        if (File.Exists(nvidia))
        {
            var cards = Directory.Exists("/proc/driver/nvidia/gpus") ? Directory.GetDirectories("/proc/driver/nvidia/gpus").Length : 0;
            return new("GPU", FindingState.Good, $"{cards} NVIDIA card(s); {File.ReadLines(nvidia).First().Trim()}");
        }
        return Directory.Exists("/dev/dri")
            ? new("GPU", FindingState.Note, "a graphics device that is not NVIDIA's", "Build with -p:LlamaBackend=vulkan to use it.")
            : new("GPU", FindingState.Note, "none found: the processor does the work");
    }

    private static Finding Port(int port, string use, string? otherwise)
    {
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(l => l.Port == port);
        return taken
            ? new($"port {port}", FindingState.Note, $"in use; it is for {use}", otherwise is null ? null : $"Stop what listens there, or start with {otherwise}.")
            : new($"port {port}", FindingState.Good, $"free, for {use}");
    }
}
