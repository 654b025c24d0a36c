using System.Security.Cryptography;

namespace Platform.ModelHost.Engine.Models.Downloads;

/// <summary>The bytes of a file that have arrived, and their hash.</summary>
internal sealed class PartFile : IAsyncDisposable
{
    private readonly FileStream file;
    private readonly IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private PartFile(string path) => file = new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0, Options = FileOptions.Asynchronous });

    internal long Length { get; private set; }

    /// <summary>Opens what there is, or begins; what there is is hashed.</summary>
    internal static async Task<PartFile> OpenAsync(string path, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var part = new PartFile(path);
        try
        {
            var buffer = new byte[1 << 20];
            for (int read; (read = await part.file.ReadAsync(buffer, cancellation)) > 0; part.Length += read) { part.sha256.AppendData(buffer, 0, read); }
            return part;
        }
        catch
        {
            await part.DisposeAsync();
            throw;
        }
    }

    internal async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await file.WriteAsync(bytes, cancellation);
        sha256.AppendData(bytes.Span);
        Length += bytes.Length;
    }

    /// <summary>Begins anew.</summary>
    internal void Clear()
    {
        file.SetLength(0);
        file.Position = 0;
        _ = sha256.GetHashAndReset();
        Length = 0;
    }

    /// <summary>The hash of all of it, once it lies on the disk.</summary>
    internal string Finish()
    {
        file.Flush(flushToDisk: true);
        return Convert.ToHexStringLower(sha256.GetCurrentHash());
    }

    public async ValueTask DisposeAsync()
    {
        sha256.Dispose();
        await file.DisposeAsync();
    }
}
