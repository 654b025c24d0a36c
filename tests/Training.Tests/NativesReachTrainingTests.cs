using Platform.ModelHost.Native;

namespace Platform.Training.Tests;

/// <summary>Training will build its graphs on ggml; the libraries must come with this room as they come with the model host.</summary>
public sealed class NativesReachTrainingTests
{
    [Fact]
    public void The_native_libraries_load_from_beside_this_room()
    {
        var natives = LlamaLibrary.Load();
        Assert.StartsWith(AppContext.BaseDirectory, natives.Directory, StringComparison.Ordinal);
        Assert.Contains(natives.Devices, device => !device.IsGpu);
    }
}
