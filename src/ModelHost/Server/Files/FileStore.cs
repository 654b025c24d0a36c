using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.ModelHost.Engine.Files;
using Platform.ModelHost.Server.FineTuning;

namespace Platform.ModelHost.Server.Files;

/// <summary>The files of training jobs, kept by their content: `blobs/hash` holds the bytes once, `files/id.json` says what is known of each. Names from outside are never paths. One process manages the folder.</summary>
internal sealed partial class FileStore(TrainingOptions options, TimeProvider time, ILogger<FileStore> log)
{
    private const int MostFiles = 10_000, LongestName = 255, CopyBytes = 1 << 16;
    private const long MostNoteBytes = 64 << 10;
    private readonly Lock _gate = new();
    private Dictionary<string, StoredFile>? _known;

    private string Notes => Path.Combine(TrainingFolder.Of(options), "files");

    private string Blobs => Path.Combine(TrainingFolder.Of(options), "blobs");

    /// <summary>Every file, the newest first.</summary>
    public IReadOnlyList<StoredFile> All
    {
        get { lock (_gate) { return [.. Known().Values.OrderByDescending(file => file.CreatedAt).ThenByDescending(file => file.Id, StringComparer.Ordinal)]; } }
    }

    /// <exception cref="RequestRefused">There is none of this id.</exception>
    public StoredFile Find(string id, string param = "id")
    {
        lock (_gate)
        {
            return Known().GetValueOrDefault(id) ?? throw new RequestRefused(new Problem(404, "invalid_request_error", "not_found", $"There is no file '{id}'. GET /v1/files lists them.", param));
        }
    }

    /// <summary>Where a file's bytes lie.</summary>
    public string PathOf(StoredFile file) => Path.Combine(Blobs, file.Sha256);

    /// <summary>Copies a stream to the disk, to be kept or thrown away.</summary>
    /// <exception cref="RequestRefused">It is larger than allowed, or the disk is full.</exception>
    public async Task<StagedFile> StageAsync(Stream content, CancellationToken cancellation)
    {
        lock (_gate)
        {
            Known(); // clears away what was left half done, which this must not be
        }

        Directory.CreateDirectory(Blobs);
        var part = Path.Combine(Blobs, $".{Guid.NewGuid():N}.part");
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var (buffer, bytes) = (new byte[CopyBytes], 0L);
            await using (var file = File.Create(part))
            {
                for (int read; (read = await content.ReadAsync(buffer, cancellation)) > 0;)
                {
                    bytes += read;
                    if (bytes > options.MaxFileBytes)
                    {
                        throw new RequestRefused(new Problem(413, "invalid_request_error", "file_too_large", $"The file has more than {options.MaxFileBytes:N0} bytes. Send less, or raise Training:MaxFileBytes.", "file"));
                    }

                    hash.AppendData(buffer, 0, read);
                    await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
                }

                file.Flush(flushToDisk: true);
            }

            return new StagedFile(part, bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        catch (Exception fault)
        {
            File.Delete(part);
            throw fault is IOException full && DiskFull.Is(full) ? new RequestRefused(new Problem(507, "unavailable_error", "no_space", "The disk of the training files is full; nothing was kept. Make room and send it again.")) : fault;
        }
    }

    /// <summary>Keeps what was staged.</summary>
    /// <exception cref="RequestRefused">There are too many files, or too many bytes.</exception>
    public StoredFile Keep(StagedFile staged, string filename, string purpose)
    {
        lock (_gate)
        {
            var known = Known();
            if (known.Count >= MostFiles)
            {
                throw new RequestRefused(new Problem(409, "conflict_error", "too_many_files", $"There are {known.Count:N0} files; that is the most. Delete some that no job needs."));
            }

            var held = known.Values.DistinctBy(file => file.Sha256).Where(file => file.Sha256 != staged.Sha256).Sum(file => file.Bytes);
            if (held + staged.Bytes > options.MaxTotalBytes)
            {
                throw new RequestRefused(new Problem(409, "conflict_error", "storage_full", string.Create(CultureInfo.InvariantCulture, $"The files take {held >> 20} MiB and this one {staged.Bytes >> 20} MiB more; {options.MaxTotalBytes >> 20} MiB is the most. Delete some, or raise Training:MaxTotalBytes.")));
            }

            var file = new StoredFile("file-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)), filename.Length > LongestName ? filename[..LongestName] : filename, purpose, staged.Bytes, staged.Sha256, time.GetUtcNow().ToUnixTimeSeconds());
            FileChange.Run("The store of files", () =>
            {
                File.Move(staged.Path, PathOf(file), overwrite: true);
                DurableJson.Write(NoteOf(file.Id), file, StoredFileJson.Default.StoredFile);
            });
            return known[file.Id] = file;
        }
    }

    /// <summary>Forgets a file; its bytes go when no other file has the same.</summary>
    public void Delete(string id)
    {
        var file = Find(id);
        lock (_gate)
        {
            FileChange.Run($"The file '{id}'", () => File.Delete(NoteOf(id)));
            Known().Remove(id);
            if (!Known().Values.Any(other => other.Sha256 == file.Sha256))
            {
                FileChange.Run($"The file '{id}'", () => File.Delete(PathOf(file)));
            }
        }
    }

    private string NoteOf(string id) => Path.Combine(Notes, id + ".json");

    /// <summary>Read once; what was left half done by a process that was killed is cleared away then. Only under the lock.</summary>
    private Dictionary<string, StoredFile> Known()
    {
        if (_known is not null)
        {
            return _known;
        }

        var (found, areAllRead) = (new Dictionary<string, StoredFile>(StringComparer.Ordinal), true);
        foreach (var note in Directory.Exists(Notes) ? Directory.EnumerateFiles(Notes, "file-*.json") : [])
        {
            try
            {
                if (DurableJson.Read(note, MostNoteBytes, StoredFileJson.Default.StoredFile) is { } file && Id().IsMatch(file.Id) && File.Exists(PathOf(file)))
                {
                    found[file.Id] = file;
                }
            }
            catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
            {
                areAllRead = false;
                log.LogWarning(fault, "The note {Note} of a training file is damaged or cannot be read, and is passed over.", note);
            }
        }

        var named = found.Values.Select(file => file.Sha256).ToHashSet(StringComparer.Ordinal);
        foreach (var file in Directory.Exists(Blobs) ? Directory.EnumerateFiles(Blobs).ToList() : [])
        {
            var name = Path.GetFileName(file);
            if (Part().IsMatch(name) || (areAllRead && Content().IsMatch(name) && !named.Contains(name))) // what a note that cannot be read names may be wanted yet
            {
                Clear(file);
            }
        }

        return _known = found;
    }

    private void Clear(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            log.LogWarning(fault, "{File}, which no training file needs, cannot be deleted.", file);
        }
    }

    [GeneratedRegex("^file-[0-9a-f]{24}$")]
    private static partial Regex Id();

    [GeneratedRegex(@"^\..*\.part$")]
    private static partial Regex Part();

    [GeneratedRegex("^[0-9a-f]{64}$")]
    private static partial Regex Content();
}

/// <summary>A file on its way in. Goes when it is disposed of, unless it was kept.</summary>
internal sealed record StagedFile(string Path, long Bytes, string Sha256) : IDisposable
{
    public void Dispose() => File.Delete(Path);
}
