using System.Globalization;
using System.Text.Json;
using Platform.ModelHost.Engine.Files;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Models;

namespace Platform.ModelHost.Engine.Adapters;

/// <summary>Manages the versions of adapters: adds, puts into production, takes back, removes. What answers run with meanwhile stays theirs to their end. One process manages a folder; any number may read it.</summary>
public sealed class AdapterLibrary
{
    /// <summary>What <see cref="IsName"/> asks for, as the end of a sentence.</summary>
    public const string NameRule = "it must be 1 to 64 of a-z, 0-9, '-', '_' and '.', and begin with a letter or digit";

    /// <summary>An upload writes all the time: what was last written before that was left by a process that ended.</summary>
    private static readonly TimeSpan PartsOutlive = TimeSpan.FromHours(1);

    private readonly AdapterRegistry registry;
    private readonly ModelCatalog catalog;
    private readonly TimeProvider time;
    private readonly Lock writing = new();
    private volatile UsualAdapters? usual;

    internal AdapterLibrary(AdapterRegistry registry, ModelCatalog catalog, TimeProvider time)
    {
        (this.registry, this.catalog, this.time) = (registry, catalog, time);
        registry.Make();
        registry.DropParts(time.GetUtcNow() - PartsOutlive);
    }

    /// <summary>Whether an adapter may have this name.</summary>
    public static bool IsName(string name) => AdapterRegistry.IsName(name);

    /// <summary>Every version of every adapter, whichever model it is for.</summary>
    public IReadOnlyList<AdapterInfo> All => [.. registry.All().GroupBy(file => file.Name).SelectMany(Describe)];

    /// <exception cref="EngineException">Kinds ModelNotFound, BadRequest.</exception>
    public AdapterInfo Find(string name, int version)
    {
        var file = FileOf(name, version);
        return Describe(registry.Versions(file.Name)).Single(info => info.Version == file.Version);
    }

    /// <summary>Takes a file in as the next version of its adapter: copied, checked for its model, put in place by renaming. The stream is read to its end.</summary>
    /// <exception cref="EngineException">BadRequest; InvalidModelFile: the file does not fit or is damaged; ModelNotFound: there is no such model; NoSpace.</exception>
    public async Task<AdapterInfo> AddAsync(AdapterUpload upload, Stream content, CancellationToken cancellation)
    {
        if (registry.Folder is null) { throw Refuse("name", "There is no registry of adapters: set Engine:AdapterDirectory to a folder."); }
        if (!AdapterRegistry.IsName(upload.Name)) { throw AdapterRegistry.NoName(upload.Name); }
        if (upload.State is not (AdapterState.Draft or AdapterState.Candidate)) { throw Refuse("state", "A new version is a draft or a candidate."); }
        var folder = registry.FolderOf(upload.Name);
        FileChange.Run($"The adapter '{upload.Name}'", () => Directory.CreateDirectory(folder));
        registry.DropParts(time.GetUtcNow() - PartsOutlive);
        var part = Path.Combine(folder, $".{Guid.NewGuid():N}.part");
        try
        {
            FileStream made = null!;
            FileChange.Run($"The adapter '{upload.Name}'", () => made = File.Create(part));
            await using (var file = made)
            {
                await content.CopyToAsync(file, cancellation);
                file.Flush(flushToDisk: true);
            }
            var (facts, model) = await CheckAsync(part, upload, cancellation);
            return PutInPlace(part, upload, facts, model);
        }
        catch (IOException full) when (DiskFull.Is(full))
        {
            throw new EngineException(EngineErrorKind.NoSpace, "The disk of the adapters is full; nothing was kept of the upload. Make room and send it again.", full);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new EngineException(EngineErrorKind.CannotWrite, $"The adapter '{upload.Name}' cannot be kept: the program has no right to write into the folder of the adapters. Correct that and send it again.", refused);
        }
        finally
        {
            File.Delete(part); // nothing is there when all went well
        }
    }

    /// <summary>A place for an adapter as PEFT saves it; dispose of it when that is converted.</summary>
    /// <exception cref="EngineException">BadRequest: there is no registry.</exception>
    public PeftUpload MakePeftUpload() => new(registry.Folder ?? throw Refuse("name", "There is no registry of adapters: set Engine:AdapterDirectory to a folder."));

    /// <summary>From the next request on, the adapter's name without a version means this one.</summary>
    /// <param name="name">Of the adapter.</param>
    /// <param name="version">Of the adapter.</param>
    /// <param name="overrideReason">Why, although its measures speak against it; kept with it. Null where they do not.</param>
    /// <param name="by">Who does it, kept with it; null where nobody says.</param>
    /// <exception cref="EngineException">Kinds ModelNotFound, BadRequest.</exception>
    public AdapterInfo Promote(string name, int version, string? overrideReason = null, string? by = null)
    {
        var file = Numbered(name, version, "put into production");
        Change(file.Name, book => book.With(version, book.Note(version) with { OverrideReason = overrideReason }).Promoted(version, by, time.GetUtcNow()).Promote(version));
        return Find(name, version);
    }

    /// <summary>Lets a part of the requests that name no version try this one beside the one in production.</summary>
    /// <param name="name">Of the adapter.</param>
    /// <param name="version">Of the adapter.</param>
    /// <param name="share">0 to 1; 0 ends it.</param>
    /// <param name="overrideReason">As of <see cref="Promote"/>.</param>
    /// <exception cref="EngineException">ModelNotFound; BadRequest: the share; WrongState: none is in production, or it is this one.</exception>
    public AdapterInfo SetCanary(string name, int version, double share, string? overrideReason = null)
    {
        if (!(share is >= 0 and <= 1)) { throw Refuse("share", string.Create(CultureInfo.InvariantCulture, $"'share' is {share}; it must be 0 to 1.")); }
        var file = Numbered(name, version, "tried beside another");
        Change(file.Name, book => share == 0 ? book with { Canary = book.Canary is { } canary && canary.Version == version ? null : book.Canary }
            : book.Production is null ? throw Conflict($"No version of '{name}' is in production, so there is nothing to be beside. Promote one first.")
            : book.Production == version ? throw Conflict($"The version {version} of '{name}' is in production itself.")
            : book.With(version, book.Note(version) with { OverrideReason = overrideReason }) with { Canary = new AdapterCanary(version, share) });
        return Find(name, version);
    }

    /// <summary>Puts the version before this one back into production, or, where none was, takes this one out of it: then the name without a version means a candidate, or nothing.</summary>
    /// <param name="name">Of the adapter.</param>
    /// <param name="version">Of the adapter.</param>
    /// <param name="by">As of <see cref="Promote"/>.</param>
    /// <returns>What is in production then; this one where nothing is.</returns>
    /// <exception cref="EngineException">ModelNotFound; WrongState: it is not in production, or it is set by its name for every request and nothing would be there.</exception>
    public AdapterInfo Rollback(string name, int version, string? by = null)
    {
        var file = Numbered(name, version, "taken back");
        Change(file.Name, book =>
            book.Production != version ? throw Conflict($"The version {version} of '{name}' is not in production{(book.Production is { } other ? $"; {other} is" : "")}.")
            : book.Former.Count == 0 && usual?.Choices.Any(choice => choice.Id == file.Name) == true ? throw Conflict($"The adapter '{file.Name}' is set for every request by POST /lora-adapters, and no version of it was in production before {version}. Set its scale to 0 first.")
            : book.Rollback(by, time.GetUtcNow()));
        return Find(name, registry.Book(file.Name).Production ?? version);
    }

    /// <summary>Opens a version's file.</summary>
    /// <exception cref="EngineException">Kinds ModelNotFound, BadRequest.</exception>
    public Stream Read(string name, int version) => File.OpenRead(FileOf(name, version).Path);

    /// <summary>Changes what is known of how good a version is; one change after the other.</summary>
    /// <param name="name">Of the adapter.</param>
    /// <param name="version">Of the adapter.</param>
    /// <param name="change">From what is known by now, null for nothing, to a JSON object.</param>
    /// <exception cref="EngineException">Kinds ModelNotFound; BadRequest: it is a file without versions, or too much is told.</exception>
    public AdapterInfo ChangeMetrics(string name, int version, Func<JsonElement?, JsonElement> change)
    {
        var file = Numbered(name, version, "described");
        Change(file.Name, book => book.With(version, book.Note(version) with { Metrics = change(book.Note(version).Metrics) }));
        return Find(name, version);
    }

    /// <summary>Removes a version for good.</summary>
    /// <exception cref="EngineException">ModelNotFound; WrongState: it is in production, gets a share of the requests, or is set for every request; Busy: answers run with it; CannotWrite.</exception>
    public void Delete(string name, int version)
    {
        var file = FileOf(name, version);
        lock (writing)
        {
            var book = registry.Book(file.Name);
            if (version > 0 && book.Production == version) { throw Conflict($"The version {version} of '{name}' is in production. Promote another one, or roll it back, first."); }
            if (version > 0 && book.Canary is { } canary && canary.Version == version) { throw Conflict(string.Create(CultureInfo.InvariantCulture, $"The version {version} of '{name}' gets a share of {canary.Share:P0} of the requests. Set its share to 0 first.")); }
            if (usual?.Choices.Any(choice => choice.Id == file.Id || (choice.Id == file.Name && AdapterRegistry.Served(registry.Versions(file.Name), book) == file)) == true) { throw Conflict($"The adapter '{file.Id}' is set for every request by POST /lora-adapters. Set its scale to 0 first."); }
            if (!Shelves.Select(shelf => shelf.TryDrop(file)).ToList().TrueForAll(free => free)) { throw InUse(file, "Remove", "version"); }
            FileChange.Run($"The adapter '{file.Id}'", () =>
            {
                File.Delete(file.Path);
                AdapterUses.Forget(file);
                if (version > 0) { book.Without(version).Write(registry.FolderOf(file.Name)); }
            });
        }
    }

    /// <summary>The id of a file of the registry, by its path in it; null when it is no version of that adapter.</summary>
    /// <exception cref="EngineException">Kind BadRequest: the path leads elsewhere, or to nothing.</exception>
    public string? IdOf(string name, string path)
    {
        var full = registry.Inside(path);
        return AdapterRegistry.IsName(name) ? registry.Versions(name).FirstOrDefault(file => Path.GetFullPath(file.Path) == full)?.Id : null;
    }

    /// <summary>Opens a file of the registry by its path in it.</summary>
    /// <inheritdoc cref="IdOf"/>
    public Stream Open(string path) => File.OpenRead(registry.Inside(path));

    /// <summary>Reads an adapter into memory for a model, so that the first request need not wait for it.</summary>
    /// <exception cref="EngineException">Kinds ModelNotFound, BadRequest, InvalidModelFile.</exception>
    public Task LoadAsync(string model, string id, CancellationToken cancellation) => TryTakeAsync(model, [new AdapterChoice(id)], cancellation);

    /// <summary>Lets an adapter go from memory; it can be asked for again.</summary>
    /// <exception cref="EngineException">ModelNotFound: it is not there, or not in memory; Busy: answers run with it.</exception>
    public void Unload(string id)
    {
        var file = registry.Find(id);
        var holding = Shelves.Where(shelf => shelf.Find(file) is not null).ToList();
        if (holding.Count == 0) { throw new EngineException(EngineErrorKind.ModelNotFound, $"The adapter '{file.Id}' is not loaded.") { Parameter = "lora_name" }; }
        if (!holding.Select(shelf => shelf.TryDrop(file)).ToList().TrueForAll(free => free)) { throw InUse(file, "Unload", "lora_name"); }
    }

    /// <summary>The adapters of requests that name none, for one model; empty for the base alone.</summary>
    public IReadOnlyList<AdapterChoice> Usual(string model) => usual is { } set && set.Model.Equals(model, StringComparison.OrdinalIgnoreCase) ? set.Choices : [];

    /// <summary>Sets the adapters of requests that name none. They are read and checked first; a request that names adapters, or none by an empty list, is not touched.</summary>
    /// <exception cref="EngineException">Kinds ModelNotFound, BadRequest, InvalidModelFile.</exception>
    public async Task SetUsualAsync(string model, IReadOnlyList<AdapterChoice> choices, CancellationToken cancellation)
    {
        await TryTakeAsync(model, choices, cancellation);
        usual = new UsualAdapters(model, [.. choices.Where(choice => choice.Scale != 0)]);
    }

    /// <summary>What a request runs with: the adapters that it gives, else what its model's id names, else what is set for every request, which an administrator did.</summary>
    /// <exception cref="EngineException">ModelNotFound: it takes released versions alone, and names another.</exception>
    internal IReadOnlyList<AdapterChoice>? For(GenerationRequest request)
    {
        if ((request.Adapters ?? (ModelCatalog.AdapterOf(request.ModelId) is { } adapter ? [new AdapterChoice(adapter)] : null)) is not { } named) { return Usual(request.ModelId) is { Count: > 0 } set ? set : null; }
        if (request.ReleasedOnly)
        {
            foreach (var choice in named.Where(choice => choice.Scale != 0)) { registry.CheckReleased(choice.Id); }
        }
        return named;
    }

    private IEnumerable<AdapterShelf> Shelves => catalog.Loaded.Select(model => model.Shelf).OfType<AdapterShelf>();

    private IEnumerable<AdapterInfo> Describe(IEnumerable<AdapterFile> files)
    {
        var shelves = Shelves.ToList();
        return AdapterListing.Of(registry, [.. files], file => shelves.Select(shelf => shelf.Find(file)).FirstOrDefault(found => found is not null), file => shelves.Select(shelf => shelf.UsedAt(file)).Append(AdapterUses.KeptOf(file)).Max());
    }

    private async Task TryTakeAsync(string model, IReadOnlyList<AdapterChoice> choices, CancellationToken cancellation)
    {
        var taken = await catalog.TakeAsync(model, cancellation);
        try
        {
            (await taken.Generating.Shelf.TakeAsync(choices, user: null, mayTry: false, cancellation)).Release();
        }
        finally
        {
            catalog.Return(model);
        }
    }

    private async Task<(AdapterFacts Facts, ModelInfo Model)> CheckAsync(string part, AdapterUpload upload, CancellationToken cancellation)
    {
        var id = upload.BaseModel ?? StatedBase(part)
            ?? throw Refuse("base_model", "No model that writes is loaded. Name the one that the adapter is for in 'base_model'.");
        var model = await catalog.TakeAsync(id, cancellation);
        try
        {
            return (await Task.Run(() => model.Generating.Shelf.Check(part, upload.Name), cancellation), model.Info);
        }
        finally
        {
            catalog.Return(id);
        }
    }

    private string? StatedBase(string part)
    {
        var writers = catalog.Loaded.Where(model => model.Shelf is not null).Select(model => model.Info).ToList();
        var stated = AdapterFacts.StatedBase(part);
        return (writers.Find(model => model.Sha256.Equals(stated, StringComparison.OrdinalIgnoreCase)) ?? writers.FirstOrDefault())?.Id;
    }

    private AdapterInfo PutInPlace(string part, AdapterUpload upload, AdapterFacts facts, ModelInfo model)
    {
        lock (writing)
        {
            var book = registry.Book(upload.Name);
            var version = 1 + Math.Max(book.Last, registry.Versions(upload.Name).Max(file => (int?)file.Version) ?? 0);
            var note = new AdapterNote
            {
                State = upload.State, BaseModel = model.Id, BaseSha256 = model.Sha256, Sha256 = facts.Sha256, Rank = facts.Rank, Alpha = facts.Alpha, TargetModules = facts.TargetModules,
                CreatedAt = time.GetUtcNow(), Lineage = upload.Lineage, Metrics = upload.Metrics,
            };
            FileChange.Run($"The adapter '{upload.Name}'", () =>
            {
                book.With(version, note).Write(registry.FolderOf(upload.Name)); // before the file: no version is ever there without what is known of it
                File.Move(part, registry.FileOf(upload.Name, version));
            });
            return Find(upload.Name, version);
        }
    }

    private void Change(string name, Func<AdapterBook, AdapterBook> change)
    {
        lock (writing)
        {
            var book = change(registry.Book(name));
            FileChange.Run($"The adapter '{name}'", () => book.Write(registry.FolderOf(name)));
        }
    }

    private AdapterFile FileOf(string name, int version) => registry.Find(FormattableString.Invariant($"{name}@{version}"), "name", "version");

    private AdapterFile Numbered(string name, int version, string what) => version > 0 ? FileOf(name, version) : throw Refuse("version", $"'{name}' is a file without versions, which cannot be {what}. Upload it as a version.");

    private static EngineException Refuse(string parameter, string message) => new(EngineErrorKind.BadRequest, message) { Parameter = parameter };

    private static EngineException InUse(AdapterFile file, string change, string parameter) => new(EngineErrorKind.Busy, $"Answers run with the adapter '{file.Id}'. {change} it when they have ended.") { Parameter = parameter };

    private static EngineException Conflict(string message) => new(EngineErrorKind.WrongState, message) { Parameter = "version" };

    private sealed record UsualAdapters(string Model, IReadOnlyList<AdapterChoice> Choices);
}
