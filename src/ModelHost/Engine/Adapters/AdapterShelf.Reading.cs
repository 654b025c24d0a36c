using System.Security.Cryptography;
using Platform.ModelHost.Native;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Adapters;

/// <summary>How files become adapters in memory: each is read once, by one thread, for all who ask for it meanwhile, and they hold no thread of their own.</summary>
internal sealed partial class AdapterShelf
{
    private readonly SemaphoreSlim turn = new(1, 1); // one file after the other
    private readonly Dictionary<(AdapterFile File, AdapterStamp Stamp), Reading> readings = []; // under the gate
    private readonly Dictionary<AdapterFile, (AdapterStamp Stamp, bool Fits)> looked = []; // files that nobody checked when they came

    /// <summary>The file as it is now, read if need be, with one user more.</summary>
    private async ValueTask<LoadedAdapter> HoldCurrentAsync(AdapterFile file, CancellationToken cancellation)
    {
        var stamp = Stamp(file);
        Reading? reading;
        lock (gate)
        {
            if (loaded.Find(a => a.File == file && a.Stamp == stamp) is { } there)
            {
                there.Users++;
                return there;
            }
            if (!readings.TryGetValue((file, stamp), out reading))
            {
                reading = readings[(file, stamp)] = new Reading();
                var begun = reading;
                reading.Done = Task.Run(() => ReadAsync(file, stamp, begun), CancellationToken.None); // for all who wait, so it ends with none of them
            }
            reading.Users++;
        }
        try
        {
            return await reading.Done.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            LoadedAdapter? read;
            lock (gate)
            {
                reading.Users--;
                read = reading.Read;
            }
            if (read is not null) { Release([(read, 1)]); } // it came in the same moment
            throw;
        }
    }

    private async Task<LoadedAdapter> ReadAsync(AdapterFile file, AdapterStamp stamp, Reading reading)
    {
        await turn.WaitAsync();
        try
        {
            lock (gate) { RefuseClosed(); } // the model may be gone, which the file would be held against
            var read = Read(file);
            lock (gate) { return reading.Read = Publish(read, reading.Users); }
        }
        finally
        {
            lock (gate) { readings.Remove((file, stamp)); }
            turn.Release();
        }
    }

    /// <summary>Checks the very file that is then loaded: what a rename puts in its place meanwhile is another one.</summary>
    private LoadedAdapter Read(AdapterFile file)
    {
        var stamp = Stamp(file);
        using var stream = Open(file.Path, file.Name);
        return Checked(file.Name, () =>
        {
            try
            {
                var facts = Facts(stream, model.Header, model.Sha256);
                var path = OperatingSystem.IsLinux() ? $"/proc/self/fd/{stream.SafeFileHandle.DangerousGetHandle()}" : file.Path;
                return new LoadedAdapter(file, stamp, facts.Sha256, facts.Rank, facts.Bytes, SafeLlamaAdapterHandle.Load(native, path)) { LastUsed = time.GetTimestamp() };
            }
            catch (Exception fault) when (fault is GgufException or NativeCallException)
            {
                Looked(file, stamp, fits: false); // not before: numbers are places in the list, and a request that asks meanwhile must not get another adapter
                throw;
            }
        });
    }

    /// <summary>What the header of a file says of it, or what became of it when it was asked for; looked for once as long as it is the same file.</summary>
    private bool Fits(AdapterFile file)
    {
        var stamp = Stamp(file);
        lock (looked)
        {
            if (looked.TryGetValue(file, out var known) && known.Stamp == stamp) { return known.Fits; }
        }
        try
        {
            AdapterCheck.Fit(GgufReader.Read(file.Path), model.Header, model.Sha256);
            return Looked(file, stamp, fits: true);
        }
        catch (GgufException)
        {
            return Looked(file, stamp, fits: false); // whoever asks for it is told why
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return true; // for now: it keeps its place in the list, and whoever asks for it is told
        }
    }

    private bool Looked(AdapterFile file, AdapterStamp stamp, bool fits)
    {
        lock (looked)
        {
            foreach (var gone in looked.Keys.Where(known => !File.Exists(known.Path)).ToList()) { looked.Remove(gone); }
            looked[file] = (stamp, fits);
        }
        return fits;
    }

    private static AdapterFacts Facts(FileStream stream, GgufHeader model, string modelSha256)
    {
        if (!stream.CanSeek) { throw new IOException("It is a pipe or a device and no file."); }
        var (header, rank) = AdapterCheck.Run(stream, model, modelSha256);
        stream.Position = 0;
        return AdapterFacts.Of(header, rank, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }

    private static FileStream Open(string path, string name) => Checked(name, () => GgufReader.Open(path));

    private static T Checked<T>(string name, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception fault) when (fault is GgufException or NativeCallException)
        {
            throw new EngineException(EngineErrorKind.InvalidModelFile, $"The adapter '{name}' cannot be used: {fault.Message}", fault) { Parameter = "lora" };
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new EngineException(EngineErrorKind.InvalidModelFile, $"The adapter '{name}' cannot be used: its file cannot be read.", fault) { Parameter = "lora" };
        }
    }

    private static AdapterStamp Stamp(AdapterFile file)
    {
        var info = new FileInfo(file.Path);
        return info.Exists ? new AdapterStamp(info.LastWriteTimeUtc, info.Length) : default;
    }

    /// <summary>A file that is being read.</summary>
    private sealed class Reading
    {
        /// <summary>Ends with the adapter, or with why there is none.</summary>
        internal Task<LoadedAdapter> Done { get; set; } = null!;

        /// <summary>Who waits for it.</summary>
        internal int Users { get; set; }

        /// <summary>The adapter once it is held for those; null until then.</summary>
        internal LoadedAdapter? Read { get; set; }
    }
}
