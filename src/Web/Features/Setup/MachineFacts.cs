namespace Platform.Web.Features.Setup;

/// <summary>What the machine has, as far as it can be seen without asking anything else.</summary>
/// <param name="Gpu">Name of the first NVIDIA GPU whose driver is loaded, or null.</param>
/// <param name="FreeDisk">Bytes left where the data lies.</param>
public sealed record MachineFacts(int Cores, long Memory, string? Gpu, long FreeDisk)
{
    private const string NvidiaCards = "/proc/driver/nvidia/gpus";

    public static MachineFacts Read(string dataFolder) => new(
        Environment.ProcessorCount, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, FindGpu(), new DriveInfo(dataFolder).AvailableFreeSpace);

    private static string? FindGpu()
    {
        if (!Directory.Exists(NvidiaCards))
        {
            return null;
        }

        var information = Directory.EnumerateDirectories(NvidiaCards).Select(card => Path.Combine(card, "information")).FirstOrDefault(File.Exists);
        var model = information is null ? null : File.ReadLines(information).FirstOrDefault(line => line.StartsWith("Model:", StringComparison.Ordinal));
        return model?["Model:".Length..].Trim();
    }
}
