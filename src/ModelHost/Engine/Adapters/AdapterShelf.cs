using System.Globalization;
using System.Security.Cryptography;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Native;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Adapters;

/// <summary>The adapters of one model that are in memory: loaded at first use, the longest unused let go first. A file that was replaced is loaded anew, while answers that run keep what they began with.</summary>
internal sealed class AdapterShelf(AdapterRegistry registry, SafeLlamaModelHandle native, ModelFile model, int most, MemoryShare memory, TimeProvider time) : IDisposable
{
    private const int MostInOneAnswer = 8, MostScale = 8;

    /// <summary>The loop takes the gate at each step, so it is never held while a file is read; who reads one holds <see cref="reading"/>, and takes the gate inside it.</summary>
    private readonly Lock gate = new(), reading = new();
    private readonly List<LoadedAdapter> loaded = [];

    private readonly Dictionary<AdapterFile, (AdapterStamp Stamp, bool Fits)> looked = []; // files that nobody checked when they came

    /// <summary>The adapters of the registry that may stand on this model: those that were checked for another are left out, and files put there by hand that do not fit.</summary>
    internal IReadOnlyList<AdapterInfo> All() => [.. registry.All().GroupBy(f => f.Name).SelectMany(versions => AdapterListing.Of(registry, [.. versions], Find)).Where(a => a.BaseSha256 is { } of ? of == model.Sha256 : Fits(registry.At(a.Name, a.Version)))];

    /// <summary>Reads a file through and says what it is.</summary>
    /// <exception cref="EngineException">Kind InvalidModelFile: it does not fit this model, or is damaged.</exception>
    internal AdapterFacts Check(string path, string name) => Check(path, name, model.Header, model.Sha256);

    /// <summary>The same against a model that need not be loaded.</summary>
    /// <inheritdoc cref="Check(string, string)"/>
    internal static AdapterFacts Check(string path, string name, GgufHeader header, string sha256)
    {
        using var stream = Open(path, name);
        return Checked(name, () => Facts(stream, header, sha256));
    }

    /// <summary>Lets a version go from memory. False while answers run with it.</summary>
    internal bool TryDrop(AdapterFile file)
    {
        lock (reading)
        {
            lock (gate)
            {
                if (loaded.Find(a => a.File == file) is not { } adapter) { return true; }
                if (adapter.Users > adapter.Attached) { return false; }
                Drop(adapter);
                return true;
            }
        }
    }

    /// <summary>The version as it is in memory, or null.</summary>
    internal LoadedAdapter? Find(AdapterFile file)
    {
        lock (gate) { return loaded.Find(a => a.File == file); }
    }

    /// <summary>The adapters that a request asks for, held for one user.</summary>
    /// <param name="choices">By name, with or without a version.</param>
    /// <param name="user">Who asks; null for nobody in particular.</param>
    /// <param name="mayTry">False takes what is in production, and never a version that only a part of the answers tries.</param>
    /// <exception cref="EngineException">Kinds BadRequest, ModelNotFound, InvalidModelFile, OutOfMemory.</exception>
    internal AdapterSet Take(IReadOnlyList<AdapterChoice> choices, string? user = null, bool mayTry = true)
    {
        if (choices.Count > MostInOneAnswer) { throw Refuse($"There are {choices.Count} adapters; {MostInOneAnswer} is the most in one answer."); }
        foreach (var choice in choices)
        {
            if (!(Math.Abs(choice.Scale) <= MostScale)) { throw Refuse(string.Create(CultureInfo.InvariantCulture, $"The scale of '{choice.Id}' is {choice.Scale}; it must be -{MostScale} to {MostScale}.")); }
        }
        var wanted = choices.Where(c => c.Scale != 0).Select(c => (File: mayTry ? registry.Draw(c.Id, user) : registry.Find(c.Id), c.Scale)).ToList();
        if (wanted.Count == 0) { return AdapterSet.Base; }
        foreach (var (file, _) in wanted) { registry.CheckBase(file, model.Id, model.Sha256); }
        if (wanted.Select(w => w.File).Distinct().Count() < wanted.Count) { throw Refuse("An adapter stands twice. Give it once, with the sum of the scales."); }
        var members = new List<(LoadedAdapter Adapter, float Scale)>();
        try
        {
            foreach (var (file, scale) in wanted) { members.Add((HoldCurrent(file), scale)); }
        }
        catch
        {
            Release(members);
            throw;
        }
        return new AdapterSet(this, members);
    }

    /// <summary>A file that is in no registry, held for one user; let it go by <see cref="TryDrop"/>.</summary>
    /// <exception cref="EngineException">Kinds InvalidModelFile, OutOfMemory.</exception>
    internal AdapterSet Take(string path) => new(this, [(HoldCurrent(Unlisted(path)), 1)]);

    /// <summary>What such a file is called in here.</summary>
    internal static AdapterFile Unlisted(string path) => new(Path.GetFileNameWithoutExtension(path), 0, path);

    internal void Hold(IReadOnlyList<(LoadedAdapter Adapter, float Scale)> members)
    {
        lock (gate)
        {
            foreach (var (adapter, _) in members) { adapter.Users++; }
        }
    }

    internal void Attach(IReadOnlyList<(LoadedAdapter Adapter, float Scale)> members)
    {
        lock (gate)
        {
            foreach (var (adapter, _) in members) { (adapter.Users, adapter.Attached) = (adapter.Users + 1, adapter.Attached + 1); }
        }
    }

    internal void Detach(IReadOnlyList<(LoadedAdapter Adapter, float Scale)> members)
    {
        lock (gate)
        {
            foreach (var (adapter, _) in members) { adapter.Attached--; }
        }
        Release(members);
    }

    internal void Release(IReadOnlyList<(LoadedAdapter Adapter, float Scale)> members)
    {
        lock (gate)
        {
            foreach (var (adapter, _) in members)
            {
                adapter.Users--;
                adapter.LastUsed = time.GetTimestamp();
                FreeIfUnused(adapter);
            }
        }
    }

    /// <summary>Lets everything go. No context uses an adapter any more.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            foreach (var adapter in loaded) { adapter.Handle.Dispose(); }
            loaded.Clear();
        }
    }

    /// <summary>The file as it is now, read if need be, with one user more.</summary>
    private LoadedAdapter HoldCurrent(AdapterFile file)
    {
        if (HoldLoaded(file) is { } there) { return there; }
        lock (reading)
        {
            return HoldLoaded(file) ?? Publish(Read(file)); // somebody else may have read it meanwhile
        }
    }

    private LoadedAdapter? HoldLoaded(AdapterFile file)
    {
        var stamp = Stamp(file);
        lock (gate)
        {
            var adapter = loaded.Find(a => a.File == file && a.Stamp == stamp);
            if (adapter is not null) { adapter.Users++; }
            return adapter;
        }
    }

    private LoadedAdapter Publish(LoadedAdapter read)
    {
        lock (gate)
        {
            if (loaded.Find(a => a.File == read.File) is { } old) { Drop(old); }
            while (loaded.Count >= most && Unused is { } oldest) { Drop(oldest); }
            while (!memory.TrySet(Held + read.Bytes))
            {
                if (Unused is { } oldest) { Drop(oldest); }
                else
                {
                    read.Handle.Dispose();
                    throw memory.Refusal(read.Bytes);
                }
            }
            read.Users++;
            loaded.Add(read);
            return read;
        }
    }

    private long Held => loaded.Sum(a => a.Bytes);

    /// <summary>Of those that nobody uses the one longest unused.</summary>
    private LoadedAdapter? Unused => loaded.Where(a => a.Users == 0).MinBy(a => a.LastUsed);

    private void Drop(LoadedAdapter adapter)
    {
        loaded.Remove(adapter);
        adapter.IsDropped = true;
        FreeIfUnused(adapter);
    }

    private void FreeIfUnused(LoadedAdapter adapter)
    {
        if (adapter is not { IsDropped: true, Users: 0 }) { return; }
        adapter.Handle.Dispose();
        memory.TrySet(Held);
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
        var (header, rank) = AdapterCheck.Run(stream, model, modelSha256);
        stream.Position = 0;
        return AdapterFacts.Of(header, rank, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }

    private static FileStream Open(string path, string name) => Checked(name, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));

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

    private static EngineException Refuse(string message) => new(EngineErrorKind.BadRequest, message) { Parameter = "lora" };
}
