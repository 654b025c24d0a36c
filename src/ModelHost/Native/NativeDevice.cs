namespace Platform.ModelHost.Native;

/// <summary>Something that computes: the CPU or a graphics card.</summary>
/// <param name="MemoryBytes">Memory of its own, or the machine's.</param>
public sealed record NativeDevice(string Name, string Description, bool IsGpu, long MemoryBytes)
{
    internal static List<NativeDevice> All()
    {
        var devices = new List<NativeDevice>();
        for (nuint i = 0; i < Ggml.ggml_backend_dev_count(); i++)
        {
            var device = Ggml.ggml_backend_dev_get(i);
            Ggml.ggml_backend_dev_memory(device, out _, out var memory);
            devices.Add(new NativeDevice(LlamaLibrary.Text(Ggml.ggml_backend_dev_name(device)), LlamaLibrary.Text(Ggml.ggml_backend_dev_description(device)), Ggml.ggml_backend_dev_type(device) is 1 or 2, (long)memory));
        }
        return devices;
    }
}
