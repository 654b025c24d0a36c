using System.Globalization;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Native;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Adapters;

/// <summary>The adapters of one model that are in memory: loaded at first use, the longest unused let go first. A file that was replaced is loaded anew, while answers that run keep what they began with.</summary>
internal sealed partial class AdapterShelf(AdapterRegistry registry, SafeLlamaModelHandle native, ModelFile model, int most, MemoryShare memory, TimeProvider time) : IAsyncDisposable
{
    private const int MostInOneAnswer = 8, MostScale = 8;
    private static readonly TimeSpan MostWait = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new(); // the loop takes it at each step, so it is never held while a file is read
    private readonly List<LoadedAdapter> loaded = [];
    private readonly AdapterUses uses = new(time);
    private Task freeing = Task.CompletedTask;
    private bool isClosed;

    /// <summary>The adapters of the registry that may stand on this model: those that were checked for another are left out, and files put there by hand that do not fit.</summary>
    internal IReadOnlyList<AdapterInfo> All() => [.. registry.All().GroupBy(f => f.Name).SelectMany(versions => AdapterListing.Of(registry, [.. versions], Find, UsedAt)).Where(a => a.BaseSha256 is { } of ? of == model.Sha256 : Fits(registry.At(a.Name, a.Version)))];

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

    /// <summary>Lets a version go from memory. False while answers run with it, or wait for it.</summary>
    internal bool TryDrop(AdapterFile file)
    {
        lock (gate)
        {
            if (readings.Keys.Any(read => read.File == file)) { return false; }
            if (loaded.Find(a => a.File == file) is not { } adapter) { return true; }
            if (adapter.Users > adapter.Attached) { return false; }
            Drop(adapter);
            return true;
        }
    }

    /// <summary>The version as it is in memory, or null.</summary>
    internal LoadedAdapter? Find(AdapterFile file)
    {
        lock (gate) { return loaded.Find(a => a.File == file); }
    }

    /// <summary>When a version was last asked for, but for the service's own work; null for never.</summary>
    internal DateTimeOffset? UsedAt(AdapterFile file) => uses.At(file);

    /// <summary>The adapters that a request asks for, held for one user.</summary>
    /// <param name="choices">By name, with or without a version.</param>
    /// <param name="user">Who asks; null for nobody in particular.</param>
    /// <param name="mayTry">False takes what is in production, and never a version that only a part of the answers tries.</param>
    /// <param name="cancellation">Ends the waiting for files that are read.</param>
    /// <exception cref="EngineException">Kinds BadRequest, ModelNotFound, InvalidModelFile, OutOfMemory.</exception>
    internal async ValueTask<AdapterSet> TakeAsync(IReadOnlyList<AdapterChoice> choices, string? user, bool mayTry, CancellationToken cancellation)
    {
        var wanted = Wanted(choices, id => mayTry ? registry.Draw(id, user) : registry.Find(id));
        if (wanted.Count == 0) { return AdapterSet.Base; }
        var members = new List<(LoadedAdapter Adapter, float Scale)>();
        try
        {
            foreach (var (file, scale) in wanted) { members.Add((await HoldCurrentAsync(file, cancellation), scale)); }
        }
        catch
        {
            Release(members);
            throw;
        }
        return new AdapterSet(this, members);
    }

    /// <summary>Refuses what <see cref="TakeAsync(IReadOnlyList{AdapterChoice}, string?, bool, CancellationToken)"/> refuses before it reads a file.</summary>
    /// <exception cref="EngineException">Kinds BadRequest, ModelNotFound, InvalidModelFile.</exception>
    internal void Check(IReadOnlyList<AdapterChoice> choices) => Wanted(choices, id => registry.Find(id));

    /// <summary>A file that is in no registry, held for one user; let it go by <see cref="TryDrop"/>.</summary>
    /// <exception cref="EngineException">Kinds InvalidModelFile, OutOfMemory.</exception>
    internal async ValueTask<AdapterSet> TakeAsync(string path, CancellationToken cancellation) => new(this, [(await HoldCurrentAsync(Unlisted(path), cancellation), 1)]);

    private List<(AdapterFile File, float Scale)> Wanted(IReadOnlyList<AdapterChoice> choices, Func<string, AdapterFile> find)
    {
        if (choices.Count > MostInOneAnswer) { throw Refuse($"There are {choices.Count} adapters; {MostInOneAnswer} is the most in one answer."); }
        foreach (var choice in choices)
        {
            if (!(Math.Abs(choice.Scale) <= MostScale)) { throw Refuse(string.Create(CultureInfo.InvariantCulture, $"The scale of '{choice.Id}' is {choice.Scale}; it must be -{MostScale} to {MostScale}.")); }
        }
        var wanted = choices.Where(c => c.Scale != 0).Select(c => (File: find(c.Id), c.Scale)).ToList();
        foreach (var (file, _) in wanted) { registry.CheckBase(file, model.Id, model.Sha256); }
        return wanted.Select(w => w.File).Distinct().Count() < wanted.Count ? throw Refuse("An adapter stands twice. Give it once, with the sum of the scales.") : wanted;
    }

    /// <summary>What such a file is called in here.</summary>
    internal static AdapterFile Unlisted(string path) => new(Path.GetFileNameWithoutExtension(path), 0, path);

    /// <summary>Notes that versions were asked for by somebody.</summary>
    internal void NoteUse(IReadOnlyList<(LoadedAdapter Adapter, float Scale)> members)
    {
        foreach (var (adapter, _) in members) { uses.Note(adapter.File); }
    }

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

    /// <summary>Lets everything go. No context uses an adapter any more, and nobody asks for one. A file that does not answer is not waited for: what comes of it is freed when it comes.</summary>
    public async ValueTask DisposeAsync()
    {
        Task ending;
        lock (gate)
        {
            isClosed = true;
            loaded.ForEach(Free);
            loaded.Clear();
            ending = Task.WhenAll(readings.Values.Select(reading => (Task)reading.Done).Append(freeing)); // readings whose askers have left
        }
        await Task.WhenAny(ending, Task.Delay(MostWait));
        if (ending.IsCompleted) { turn.Dispose(); }
    }

    /// <summary>Puts an adapter that was read among the others, held for all who wait for it.</summary>
    /// <exception cref="EngineException">OutOfMemory, or Failed: the shelf is closed. It is let go again.</exception>
    private LoadedAdapter Publish(LoadedAdapter read, int users)
    {
        if (isClosed) { Free(read); }
        RefuseClosed();
        if (loaded.Find(a => a.File == read.File) is { } old) { Drop(old); }
        while (loaded.Count >= most && Unused is { } oldest) { Drop(oldest); }
        while (!memory.TrySet(Held + read.Bytes))
        {
            if (Unused is { } oldest) { Drop(oldest); }
            else
            {
                Free(read);
                throw memory.Refusal(read.Bytes);
            }
        }
        read.Users = users;
        loaded.Add(read);
        return read;
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
        Free(adapter);
        memory.TrySet(Held);
    }

    /// <summary>On another thread, for it waits while llama.cpp reads an adapter of this model.</summary>
    private void Free(LoadedAdapter adapter)
    {
        var freed = Task.Run(adapter.Handle.Dispose);
        freeing = freeing.IsCompleted ? freed : Task.WhenAll(freeing, freed);
    }

    private void RefuseClosed()
    {
        if (isClosed) { throw new EngineException(EngineErrorKind.Failed, $"The model '{model.Id}' is unloaded by now, and its adapters with it. Ask again."); }
    }

    private static EngineException Refuse(string message) => new(EngineErrorKind.BadRequest, message) { Parameter = "lora" };
}
