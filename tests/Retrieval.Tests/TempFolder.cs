namespace Platform.Retrieval.Tests;

/// <summary>A data folder of its own for one test, deleted after it.</summary>
public sealed class TempFolder : IDisposable
{
    public TempFolder() => Directory.CreateDirectory(Path);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"retrieval-{Guid.NewGuid():N}");

    public DataFolder Data => new(Path);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
