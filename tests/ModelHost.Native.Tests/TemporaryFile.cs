namespace Platform.ModelHost.Native.Tests;

/// <summary>A file that is gone when the test is over.</summary>
internal sealed class TemporaryFile : IDisposable
{
    internal TemporaryFile(byte[] content) => File.WriteAllBytes(Path, content);

    internal string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"platform-{Guid.NewGuid():N}.gguf");

    public void Dispose() => File.Delete(Path);
}
