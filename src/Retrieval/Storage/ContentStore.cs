using System.Buffers;
using System.Security.Cryptography;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Storage;

/// <summary>Uploaded files by their SHA-256: files/ab/cdef…. Names from outside never reach the disk.</summary>
internal sealed class ContentStore(DataFolder folder)
{
    private readonly string _incoming = Path.Combine(folder.Files, "incoming");

    /// <summary>Held from deciding that a content is needed (or not) until the database says so too, so that adding and deleting the same content never cross.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    public string PathOf(string sha256) => Path.Combine(folder.Files, sha256[..2], sha256[2..]);

    /// <summary>Streams to disk, hashing on the way. Throws IngestException TooLarge as soon as the limit is passed.</summary>
    public async Task<StagedContent> StageAsync(Stream content, long maxBytes, CancellationToken cancellation)
    {
        Directory.CreateDirectory(_incoming);
        string path = Path.Combine(_incoming, Guid.NewGuid().ToString("N"));
        byte[] buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
            long total = 0;
            for (int read; (read = await content.ReadAsync(buffer, cancellation)) > 0;)
            {
                total += read;
                if (total > maxBytes)
                {
                    throw new IngestException(IngestError.TooLarge, $"The file is larger than {maxBytes:N0} bytes, the most that is taken in. Split it, or raise Retrieval:MaxFileBytes.");
                }

                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
            }

            file.Flush(flushToDisk: true);
            return new StagedContent(path, Convert.ToHexStringLower(hash.GetHashAndReset()), total);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Gives a staged file its place. Hold <see cref="Gate"/>.</summary>
    public void Keep(StagedContent staged)
    {
        string target = PathOf(staged.Sha256);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Move(staged.Path, target, overwrite: true);
    }

    /// <summary>Hold <see cref="Gate"/>, and be sure that no row names it.</summary>
    public void Delete(string sha256) => File.Delete(PathOf(sha256));

    /// <summary>The hashes of all contents that have their place.</summary>
    public IEnumerable<string> Stored() => !Directory.Exists(folder.Files) ? [] :
        Directory.EnumerateDirectories(folder.Files).Where(path => path != _incoming)
            .SelectMany(Directory.EnumerateFiles, (parent, path) => Path.GetFileName(parent) + Path.GetFileName(path));

    /// <summary>At start, before anything is added: deletes the half uploads that a crash left.</summary>
    public void DropHalfUploads()
    {
        if (Directory.Exists(_incoming))
        {
            Directory.Delete(_incoming, recursive: true);
        }
    }

    /// <summary>At start, before anything is added: deletes the contents that no row names.</summary>
    public void Sweep(IReadOnlySet<string> named)
    {
        foreach (string sha256 in Stored().Where(sha256 => !named.Contains(sha256)).ToList())
        {
            Delete(sha256);
        }
    }
}

/// <summary>A file on disk that has no place yet; disposing deletes it unless it was kept.</summary>
internal sealed record StagedContent(string Path, string Sha256, long Bytes) : IDisposable
{
    public void Dispose() => File.Delete(Path);
}
