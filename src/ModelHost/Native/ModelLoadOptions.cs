namespace Platform.ModelHost.Native;

/// <summary>How a model file is loaded.</summary>
/// <param name="GpuLayers">Layers on the GPU; -1 takes all.</param>
public sealed record ModelLoadOptions(int GpuLayers = -1);
